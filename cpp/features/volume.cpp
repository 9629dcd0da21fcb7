#include "features/formulas/volume.hpp"

namespace foxml::features {

std::span<const FeatureInfo> volume_features() { return volume_rows::kRows; }

}  // namespace foxml::features
