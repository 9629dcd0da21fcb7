#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> oscillator_features() { return {}; }

}  // namespace foxml::features
