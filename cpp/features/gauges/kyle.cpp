#include "features/gauges/kyle.hpp"

#include "features/formulas.hpp"

namespace foxml::features {

Kyle::Kyle(const Params& params, const GaugeContext&) : sums_(params.a) {}

void Kyle::probe(const Probe& probe, const Params& params) {
    (void)probe.sum(Column::simple_return, 1);
    probe.warm(params.a);
}

void Kyle::update(const View& view) noexcept {
    if (view.index() == 0) {
        return;
    }
    const IntegerBar& bar = view.bar();
    const std::int64_t change = bar.close - view.previous().close;
    const std::int64_t sign = (change > 0) - (change < 0);
    sums_.push({view.sum(Column::simple_return, 1), bar.close, sign * bar.volume});
}

double Kyle::value(int) const noexcept {
    const auto& [s, q, size, sq, qq] = sums_.sums();
    const int n = sums_.bars();
    const double slope = ratio(codispersion(n, sq, s, q), codispersion(n, qq, q, q));
    return slope * (nearest_double(size) / n) * kLogUnit;
}

void Kyle::load(ByteReader& reader) {
    sums_.load(reader, [](const Move& move) {
        return magnitude_at_most(move.simple_return, kSimpleReturnMax) && move.close >= 0 && move.close < kUnitsMax &&
               magnitude_at_most(move.signed_volume, kUnitsMax);
    });
}

}  // namespace foxml::features
