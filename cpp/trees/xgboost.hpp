#pragma once

#include <string>
#include <string_view>

#include "trees/forest.hpp"

namespace foxml::trees {

/// How many of a model's iterations are read.
enum class Iterations { all, up_to_best };

/// Read a model that XGBoost saved, as JSON or UBJSON (told apart by their first bytes).
///
/// `Booster.predict` uses all iterations unless it is told otherwise, and so does this; XGBoost's scikit-learn classes
/// predict up to the best iteration of early stopping. Throws InvalidInput naming byte, key, tree or node.
[[nodiscard]] Forest read_xgboost(std::string_view bytes, const std::string& source,
                                  Iterations iterations = Iterations::all);

}  // namespace foxml::trees
