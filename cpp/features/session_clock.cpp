#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> session_features() { return {}; }

}  // namespace foxml::features
