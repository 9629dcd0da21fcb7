#include "features/gauge.hpp"

#include "core/errors.hpp"

namespace foxml::features {

namespace {

const GaugeFactory& factory_of(GaugeKind kind) {
    for (const auto& factories : {trend_gauges(), volume_gauges(), statistic_gauges(), session_gauges()}) {
        for (const GaugeFactory& factory : factories) {
            if (factory.kind == kind) {
                return factory;
            }
        }
    }
    FOXML_ASSERT(false && "a gauge without a factory");
    __builtin_unreachable();
}

}  // namespace

std::unique_ptr<Gauge> make_gauge(const GaugeSpec& spec, const GaugeContext& context) {
    return factory_of(spec.kind).make(spec.params, context);
}

void probe_gauge(const GaugeSpec& spec, const Probe& probe) { factory_of(spec.kind).probe(probe, spec.params); }

}  // namespace foxml::features
