#include "features/gauges/parabolic_stop.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"
#include "features/probe.hpp"
#include "features/view.hpp"

namespace foxml::features {

namespace {

constexpr double percent(int value) noexcept { return value / 100.0; }

// Two starts were seen to stand on the same stop to the bit within 466 bars on real bars, half of them within 21.
constexpr std::int64_t kSettlesAfter = 600;

}  // namespace

ParabolicStop::ParabolicStop(const Params& params, const GaugeContext&) noexcept
    : step_(percent(std::min(params.a, params.b))), limit_(percent(params.b)) {}

void ParabolicStop::probe(const Probe& probe, const Params&) {
    (void)probe.previous();
    probe.recursive();
    probe.warm(1 + kSettlesAfter);
}

ParabolicStop::Sight ParabolicStop::sight(const IntegerBar& bar) const noexcept {
    const auto high = static_cast<double>(bar.high);
    const auto low = static_cast<double>(bar.low);
    return side_ > 0.0 ? Sight{high, low} : Sight{-low, -high};
}

void ParabolicStop::begin(const IntegerBar& bar, const IntegerBar& previous) noexcept {
    const std::int64_t up = bar.high - previous.high;
    const std::int64_t down = previous.low - bar.low;
    side_ = down > 0 && down > up ? -1.0 : 1.0;
    extreme_ = sight(bar).high;
    next_stop_ = sight(previous).low;
    share_ = step_;
}

void ParabolicStop::follow(Sight now, Sight before) noexcept {
    stop_ = next_stop_;
    if (now.high > extreme_) {
        extreme_ = now.high;
        share_ = std::min(share_ + step_, limit_);
    }
    next_stop_ = std::min({stop_ + share_ * (extreme_ - stop_), before.low, now.low});
}

void ParabolicStop::turn(Sight now, Sight before) noexcept {
    // Seen from the new side: what was the extreme of the old trend is the stop of the new one.
    side_ = -side_;
    const Sight here{-now.low, -now.high};
    const Sight there{-before.low, -before.high};
    stop_ = std::min({-extreme_, there.low, here.low});
    extreme_ = here.high;
    share_ = step_;
    next_stop_ = std::min({stop_ + share_ * (extreme_ - stop_), there.low, here.low});
}

void ParabolicStop::update(const View& view) noexcept {
    if (view.index() == 0) {
        return;
    }
    // The first step knows no bar before its own.
    const bool first = view.index() == 1;
    if (first) {
        begin(view.bar(), view.previous());
    }
    const Sight now = sight(view.bar());
    const Sight before = first ? now : sight(view.previous());
    if (now.low <= next_stop_) {
        turn(now, before);
    } else {
        follow(now, before);
    }
}

void ParabolicStop::reset() noexcept {
    side_ = 1.0;
    stop_ = 0.0;
    next_stop_ = 0.0;
    extreme_ = 0.0;
    share_ = 0.0;
}

void ParabolicStop::save(ByteWriter& writer) const {
    for (const double value : {side_, stop_, next_stop_, extreme_, share_}) {
        writer.put(value);
    }
}

void ParabolicStop::load(ByteReader& reader) {
    for (double* const value : {&side_, &stop_, &next_stop_, &extreme_, &share_}) {
        *value = reader.get<double>();
    }
    const bool prices = std::isfinite(stop_) && std::isfinite(next_stop_) && std::isfinite(extreme_);
    if (std::fabs(side_) != 1.0 || !prices || !(share_ >= 0.0 && share_ <= limit_)) {
        throw InvalidInput("snapshot holds a parabolic stop that cannot be one");
    }
}

}  // namespace foxml::features
