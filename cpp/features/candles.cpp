#include "features/formulas/candles.hpp"

namespace foxml::features {

std::span<const FeatureInfo> candle_features() { return candles_rows::kRows; }

}  // namespace foxml::features
