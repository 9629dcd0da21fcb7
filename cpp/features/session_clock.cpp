#include "features/formulas/session_clock.hpp"

namespace foxml::features {

std::span<const FeatureInfo> session_features() { return session_clock_rows::kRows; }

}  // namespace foxml::features
