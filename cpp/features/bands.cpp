#include "features/formulas.hpp"

namespace foxml::features {

std::span<const FeatureInfo> band_features() { return {}; }

}  // namespace foxml::features
