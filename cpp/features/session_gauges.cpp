#include "features/gauge.hpp"

namespace foxml::features {

std::span<const GaugeFactory> session_gauges() { return {}; }

}  // namespace foxml::features
