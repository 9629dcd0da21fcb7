#include "features/gauge.hpp"

namespace foxml::features {

std::span<const GaugeFactory> trend_gauges() { return {}; }

}  // namespace foxml::features
