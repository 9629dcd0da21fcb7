#include "features/gauge.hpp"
#include "features/gauges/kama.hpp"
#include "features/gauges/parabolic_stop.hpp"
#include "features/gauges/stochastic_rsi.hpp"
#include "features/gauges/supertrend.hpp"

namespace foxml::features {

namespace {

template <typename Kind>
std::unique_ptr<Gauge> make(const Params& params, const GaugeContext& context) {
    return std::make_unique<Kind>(params, context);
}

constexpr GaugeFactory kFactories[] = {{GaugeKind::kama, make<Kama>, Kama::probe},
                                       {GaugeKind::psar, make<ParabolicStop>, ParabolicStop::probe},
                                       {GaugeKind::supertrend, make<SuperTrend>, SuperTrend::probe},
                                       {GaugeKind::stochastic_rsi, make<StochasticRsi>, StochasticRsi::probe}};

}  // namespace

std::span<const GaugeFactory> trend_gauges() { return kFactories; }

}  // namespace foxml::features
