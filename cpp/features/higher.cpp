#include "features/formulas/higher.hpp"

namespace foxml::features {

std::span<const FeatureInfo> higher_features() { return higher_rows::kRows; }

}  // namespace foxml::features
