#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> statistic_features() { return {}; }

}  // namespace foxml::features
