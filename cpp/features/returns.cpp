#include "features/formulas/returns.hpp"

namespace foxml::features {

std::span<const FeatureInfo> return_features() { return returns_rows::kRows; }

}  // namespace foxml::features
