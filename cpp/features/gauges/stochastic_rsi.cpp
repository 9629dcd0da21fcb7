#include "features/gauges/stochastic_rsi.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "features/formulas.hpp"

namespace foxml::features {

namespace {

constexpr double kUndefined = -1.0;

}  // namespace

StochasticRsi::StochasticRsi(const Params& params, const GaugeContext&)
    : length_(params.a), strengths_(static_cast<std::size_t>(params.b), kUndefined), value_(kNaN) {}

void StochasticRsi::probe(const Probe& probe, const Params& params) {
    (void)rsi(probe, params);
    probe.warm(probe.warmup_bars() + params.b - 1);
    (void)probe.sum(Column::change, params.b - 1);
}

double StochasticRsi::place(double last, bool moved) const noexcept {
    // Without a branch: where a strength falls among others is what no branch predictor knows.
    double low = last;
    double high = last;
    for (const double strength : strengths_) {
        low = smaller(low, strength);
        high = larger(high, strength);
    }
    return low < 0.0 || !moved ? kNaN : ratio(100.0 * (last - low), high - low);
}

void StochasticRsi::update(const View& view) noexcept {
    const double strength = rsi(view, Params{length_});
    const double kept = std::isnan(strength) ? kUndefined : strength;
    const std::size_t window = strengths_.size();
    strengths_[static_cast<std::size_t>(view.index()) % window] = kept;
    value_ = place(kept, view.sum(Column::change, static_cast<int>(window) - 1) > 0);
}

void StochasticRsi::reset() noexcept {
    std::fill(strengths_.begin(), strengths_.end(), kUndefined);
    value_ = kNaN;
}

void StochasticRsi::save(ByteWriter& writer) const {
    writer.put_all(std::span<const double>(strengths_));
    writer.put(std::isnan(value_) ? kUndefined : value_);
}

void StochasticRsi::load(ByteReader& reader) {
    reader.get_all(std::span<double>(strengths_));
    const double value = reader.get<double>();
    value_ = value == kUndefined ? kNaN : value;
    // 100 u / u may round to one unit in the last place above 100.
    constexpr double kMost = 100.0 * (1.0 + 0x1p-50);
    const auto percent = [](double x) { return x == kUndefined || (x >= 0.0 && x <= kMost); };
    if (!std::all_of(strengths_.begin(), strengths_.end(), percent) || !percent(value)) {
        throw InvalidInput("snapshot holds a relative strength that is no percentage");
    }
}

}  // namespace foxml::features
