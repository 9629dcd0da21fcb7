#include "features/gauges/max_drawdown.hpp"

#include <algorithm>

#include "features/formulas.hpp"

namespace foxml::features {

MaxDrawdown::MaxDrawdown(const Params& params) : closes_(params.a), tails_(static_cast<std::size_t>(params.a)) {}

MaxDrawdown::Stretch MaxDrawdown::merge(const Stretch& earlier, const Stretch& later) noexcept {
    const double between = real(earlier.high - later.low) / real(earlier.high);
    return {std::max(earlier.high, later.high), std::min(earlier.low, later.low),
            std::max({earlier.drawdown, later.drawdown, between})};
}

/// The block is complete: the tails of the next windows are its.
void MaxDrawdown::cut() noexcept {
    tails_.back() = of(closes_.newest());
    for (std::size_t i = tails_.size() - 1; i-- > 0;) {
        tails_[i] = merge(of(closes_[i]), tails_[i + 1]);
    }
    headed_ = 0;
}

void MaxDrawdown::take(std::int64_t close) noexcept {
    if (headed_ == tails_.size()) {
        cut();
    }
    closes_.push(close);
    head_ = headed_ == 0 ? of(close) : merge(head_, of(close));
    ++headed_;
}

void MaxDrawdown::update(const View& view) noexcept { take(view.bar().close); }

double MaxDrawdown::value(int /*output*/) const noexcept {
    if (!closes_.full()) {
        return kNaN;
    }
    return headed_ == tails_.size() ? head_.drawdown : merge(tails_[headed_], head_).drawdown;
}

void MaxDrawdown::reset() noexcept {
    closes_.clear();
    headed_ = 0;
}

void MaxDrawdown::load(ByteReader& reader) {
    reset();
    closes_.load(reader, [this](std::int64_t close) {
        if (close <= 0 || close >= kUnitsMax) {
            throw InvalidInput("snapshot holds a close that no price can be");
        }
        take(close);
    });
}

std::size_t MaxDrawdown::bytes() const noexcept {
    return sizeof(*this) + closes_.bytes() + tails_.size() * sizeof(Stretch);
}

GaugeFactory max_drawdown() noexcept {
    return {GaugeKind::max_drawdown,
            [](const Params& params, const GaugeContext&) -> std::unique_ptr<Gauge> {
                return std::make_unique<MaxDrawdown>(params);
            },
            [](const Probe& probe, const Params& params) { probe.warm(params.a - 1); }};
}

}  // namespace foxml::features
