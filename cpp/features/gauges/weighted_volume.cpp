#include "features/gauges/weighted_volume.hpp"

#include "features/formulas.hpp"

namespace foxml::features {

WeightedVolume::WeightedVolume(const Params& params, const GaugeContext& context)
    : sums_(params.a), unit_(kLogUnit * context.scale.volume_unit) {}

void WeightedVolume::probe(const Probe& probe, const Params& params) {
    (void)probe.sum(Column::simple_return, 1);
    probe.warm(params.a);
}

void WeightedVolume::update(const View& view) noexcept {
    if (view.index() > 0) {
        sums_.push({magnitude(view.sum(Column::simple_return, 1)), view.bar().volume});
    }
}

double WeightedVolume::value(int) const noexcept {
    const auto& [x, xx] = sums_.sums();
    const double n = sums_.bars();
    if (x == 0) {
        return kNaN;
    }
    const double deviation = root(codispersion(sums_.bars(), xx, x, x) / (n * (n - 1.0)));
    return deviation * unit_ / (nearest_double(x) / n * unit_ + 1e-12);
}

void WeightedVolume::load(ByteReader& reader) {
    sums_.load(reader, [](const Move& move) {
        return move.size >= 0 && move.size <= kSimpleReturnMax && move.volume >= 0 && move.volume < kUnitsMax;
    });
}

}  // namespace foxml::features
