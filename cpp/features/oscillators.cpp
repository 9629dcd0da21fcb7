#include "features/formulas/oscillators.hpp"

namespace foxml::features {

std::span<const FeatureInfo> oscillator_features() { return oscillators_rows::kRows; }

}  // namespace foxml::features
