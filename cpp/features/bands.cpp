#include "features/formulas/bands.hpp"

namespace foxml::features {

std::span<const FeatureInfo> band_features() { return bands_rows::kRows; }

}  // namespace foxml::features
