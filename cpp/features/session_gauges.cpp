#include "features/gauge.hpp"
#include "features/gauges/opening_range.hpp"
#include "features/gauges/session_vwap.hpp"
#include "features/gauges/volume_by_time.hpp"

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
    factory<OpeningRange>(GaugeKind::opening_range),
    factory<SessionVwap>(GaugeKind::session_vwap),
    factory<VolumeByTime>(GaugeKind::volume_by_time),
};

}  // namespace

std::span<const GaugeFactory> session_gauges() { return kFactories; }

}  // namespace foxml::features
