#include "features/gauges/volatility_of_volatility.hpp"

#include "features/formulas.hpp"

namespace foxml::features {

VolatilityOfVolatility::VolatilityOfVolatility(const Params& params, const GaugeContext&)
    : sums_(params.b), deviation_bars_(params.a) {}

void VolatilityOfVolatility::probe(const Probe& probe, const Params& params) {
    (void)return_deviation(probe, params.a);
    probe.warm(params.a + params.b - 1);
}

void VolatilityOfVolatility::update(const View& view) noexcept {
    sums_.push(round_half_even(return_deviation(view, deviation_bars_) / kLogUnit));
}

double VolatilityOfVolatility::value(int) const noexcept {
    const auto& [x, xx] = sums_.sums();
    const double n = sums_.bars();
    return ratio(root(codispersion(sums_.bars(), xx, x, x) / (n * (n - 1.0))), nearest_double(x) / n);
}

void VolatilityOfVolatility::load(ByteReader& reader) {
    sums_.load(reader, [](std::int64_t deviation) { return deviation >= 0 && deviation <= kLogMax; });
}

}  // namespace foxml::features
