#include "features/gauge.hpp"
#include "features/gauges/histogram_entropy.hpp"
#include "features/gauges/max_drawdown.hpp"
#include "features/gauges/moments.hpp"
#include "features/gauges/order.hpp"
#include "features/gauges/residual_momentum.hpp"
#include "features/gauges/ulcer.hpp"

namespace foxml::features {

std::span<const GaugeFactory> statistic_gauges() {
    static const GaugeFactory factories[] = {moments(),      close_order(),     close_rank(),
                                             return_order(), volatility_rank(), histogram_entropy(),
                                             max_drawdown(), ulcer(),           residual_momentum()};
    return factories;
}

}  // namespace foxml::features
