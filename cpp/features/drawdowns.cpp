#include "features/formulas/drawdowns.hpp"

namespace foxml::features {

std::span<const FeatureInfo> drawdown_features() { return drawdowns_rows::kRows; }

}  // namespace foxml::features
