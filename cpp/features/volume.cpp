#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> volume_features() { return {}; }

}  // namespace foxml::features
