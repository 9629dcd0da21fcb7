#include "features/formulas/ranks.hpp"

namespace foxml::features {

std::span<const FeatureInfo> rank_features() { return ranks_rows::kRows; }

}  // namespace foxml::features
