#include "features/formulas/averages.hpp"

namespace foxml::features {

std::span<const FeatureInfo> average_features() { return averages_rows::kRows; }

}  // namespace foxml::features
