#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> average_features() { return {}; }

}  // namespace foxml::features
