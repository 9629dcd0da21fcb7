#include "features/formulas/volatility.hpp"

namespace foxml::features {

std::span<const FeatureInfo> volatility_features() { return volatility_rows::kRows; }

}  // namespace foxml::features
