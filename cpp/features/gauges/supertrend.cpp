#include "features/gauges/supertrend.hpp"

#include <cmath>

#include "core/errors.hpp"
#include "features/probe.hpp"
#include "features/view.hpp"

namespace foxml::features {

namespace {

// On real bars two starts were seen to stand on the same bands within 430 bars, that is before their ATR settles in the
// worst case.
constexpr std::int64_t kSettlesAfter = 200;

}  // namespace

SuperTrend::SuperTrend(const Params& params, const GaugeContext&) noexcept : length_(params.a), width_(params.b) {}

void SuperTrend::probe(const Probe& probe, const Params& params) {
    (void)probe.previous();
    (void)probe.rma(Series::true_range, params.a);
    probe.recursive();
    probe.warm(probe.warmup_bars() + kSettlesAfter);
}

void SuperTrend::update(const View& view) noexcept {
    if (view.index() < length_) {
        return;
    }
    const IntegerBar& bar = view.bar();
    const double middle = 0.5 * static_cast<double>(bar.high + bar.low);
    const double reach = width_ * view.rma(Series::true_range, length_);
    const auto close = static_cast<double>(bar.close);
    const auto before = static_cast<double>(view.previous().close);
    const double upper = middle + reach;
    const double lower = middle - reach;
    const bool first = view.index() == length_;
    upper_ = first || upper < upper_ || before > upper_ ? upper : upper_;
    lower_ = first || lower > lower_ || before < lower_ ? lower : lower_;
    if (first) {
        up_ = 1.0;
    } else if (up_ > 0.0) {
        up_ = close < lower_ ? 0.0 : 1.0;
    } else {
        up_ = close > upper_ ? 1.0 : 0.0;
    }
}

void SuperTrend::reset() noexcept {
    upper_ = 0.0;
    lower_ = 0.0;
    up_ = 1.0;
}

void SuperTrend::save(ByteWriter& writer) const {
    for (const double value : {upper_, lower_, up_}) {
        writer.put(value);
    }
}

void SuperTrend::load(ByteReader& reader) {
    for (double* const value : {&upper_, &lower_, &up_}) {
        *value = reader.get<double>();
    }
    if (!std::isfinite(upper_) || !std::isfinite(lower_) || (up_ != 0.0 && up_ != 1.0)) {
        throw InvalidInput("snapshot holds bands that cannot be those of a SuperTrend");
    }
}

}  // namespace foxml::features
