#include "features/gauge.hpp"

namespace foxml::features {

std::span<const GaugeFactory> volume_gauges() { return {}; }

}  // namespace foxml::features
