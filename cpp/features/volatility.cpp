#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> volatility_features() { return {}; }

}  // namespace foxml::features
