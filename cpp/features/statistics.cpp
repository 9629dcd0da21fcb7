#include "features/formulas/statistics.hpp"

namespace foxml::features {

std::span<const FeatureInfo> statistic_features() { return statistics_rows::kRows; }

}  // namespace foxml::features
