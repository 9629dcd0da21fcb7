#include "features/formulas/benchmark.hpp"

namespace foxml::features {

std::span<const FeatureInfo> benchmark_features() { return benchmark_rows::kRows; }

}  // namespace foxml::features
