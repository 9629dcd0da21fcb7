#include "features/gauges/return_volume_correlation.hpp"

#include "features/formulas.hpp"

namespace foxml::features {

ReturnVolumeCorrelation::ReturnVolumeCorrelation(const Params& params, const GaugeContext&) : sums_(params.a) {}

void ReturnVolumeCorrelation::probe(const Probe& probe, const Params& params) {
    (void)probe.sum(Column::simple_return, 1);
    (void)probe.sum(Column::log_volume_change, 1);
    probe.warm(params.a);
}

void ReturnVolumeCorrelation::update(const View& view) noexcept {
    if (view.index() > 0) {
        sums_.push({view.sum(Column::simple_return, 1), view.sum(Column::log_volume_change, 1)});
    }
}

double ReturnVolumeCorrelation::value(int) const noexcept {
    const auto& [s, d, ss, dd, sd] = sums_.sums();
    const int n = sums_.bars();
    const double variances = codispersion(n, ss, s, s) * codispersion(n, dd, d, d);
    return ratio(codispersion(n, sd, s, d), root(variances));
}

void ReturnVolumeCorrelation::load(ByteReader& reader) {
    sums_.load(reader, [](const Change& change) {
        return magnitude_at_most(change.simple_return, kSimpleReturnMax) &&
               magnitude_at_most(change.log_volume, kLogMax);
    });
}

}  // namespace foxml::features
