#include "features/gauge.hpp"
#include "features/gauges/bulk_volume.hpp"
#include "features/gauges/grid_presence.hpp"
#include "features/gauges/kyle.hpp"
#include "features/gauges/return_volume_correlation.hpp"
#include "features/gauges/volatility_of_volatility.hpp"
#include "features/gauges/weighted_volume.hpp"

namespace foxml::features {

namespace {

template <typename OfKind>
constexpr GaugeFactory factory(GaugeKind kind) {
    return {kind,
            [](const Params& params, const GaugeContext& context) -> std::unique_ptr<Gauge> {
                return std::make_unique<OfKind>(params, context);
            },
            &OfKind::probe};
}

constexpr GaugeFactory kFactories[] = {
    factory<VolatilityOfVolatility>(GaugeKind::volatility_of_volatility),
    factory<BulkVolume>(GaugeKind::bulk_volume),
    factory<Kyle>(GaugeKind::kyle),
    factory<WeightedVolume>(GaugeKind::weighted_volume),
    factory<ReturnVolumeCorrelation>(GaugeKind::return_volume_correlation),
    factory<GridPresence>(GaugeKind::grid_presence),
};

}  // namespace

std::span<const GaugeFactory> volume_gauges() { return kFactories; }

}  // namespace foxml::features
