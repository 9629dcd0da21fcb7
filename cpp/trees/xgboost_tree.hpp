#pragma once

#include <string>

#include "trees/forest.hpp"
#include "trees/xgboost_model.hpp"

namespace foxml::trees {

/// One of XGBoost's trees in the common form; `place` names it in errors.
///
/// Its `x < threshold` becomes `x <=` the next float below; members of its category sets go right; what nothing reaches
/// is left out. Throws InvalidInput if it is no tree.
[[nodiscard]] Tree xgboost_tree(const XgboostTree& tree, std::size_t output_count, const std::string& place);

}  // namespace foxml::trees
