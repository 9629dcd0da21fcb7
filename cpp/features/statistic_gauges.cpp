#include "features/gauge.hpp"

namespace foxml::features {

std::span<const GaugeFactory> statistic_gauges() { return {}; }

}  // namespace foxml::features
