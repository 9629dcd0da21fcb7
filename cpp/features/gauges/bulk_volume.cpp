#include "features/gauges/bulk_volume.hpp"

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

constexpr double kSideUnit = 0x1p-60;
constexpr double kRootHalf = 0.70710678118654752440;

}  // namespace

BulkVolume::BulkVolume(const Params& params, const GaugeContext&) : sums_(params.a), deviation_bars_(params.b) {}

void BulkVolume::probe(const Probe& probe, const Params& params) {
    (void)probe.sum(Column::log_return, 1);
    (void)return_deviation(probe, params.b);
    probe.warm(params.b + params.a - 1);
}

void BulkVolume::update(const View& view) noexcept {
    const double moved = real(view.sum(Column::log_return, 1)) * kLogUnit;
    const double spread = return_deviation(view, deviation_bars_);
    const double side = spread > 0.0 ? erf(moved / spread * kRootHalf) : 0.0;
    sums_.push({round_half_even(side / kSideUnit), view.bar().volume});
}

double BulkVolume::value(int) const noexcept {
    const auto& [sided, volume] = sums_.sums();
    return ratio(nearest_double(sided) * kSideUnit, real(volume));
}

void BulkVolume::load(ByteReader& reader) {
    sums_.load(reader, [](const Bulk& bulk) {
        return magnitude_at_most(bulk.side, std::int64_t{1} << 60) && bulk.volume >= 0 && bulk.volume < kUnitsMax;
    });
}

}  // namespace foxml::features
