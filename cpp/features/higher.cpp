#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> higher_features() { return {}; }

}  // namespace foxml::features
