#pragma once

#include <string_view>

#include "trees/forest.hpp"

namespace foxml::trees {

/// The link of an objective as LightGBM's model files state it: its name, then words such as `sigmoid:1`.
///
/// Throws InvalidInput if LightGBM has no such objective.
[[nodiscard]] Link lightgbm_link(std::string_view objective, std::size_t output_count);

/// The link of an objective by its name in XGBoost. Throws InvalidInput if XGBoost has no such objective.
[[nodiscard]] Link xgboost_link(std::string_view objective);

/// Numbers per row of the library's own output: `output_count`, but one where the link picks the largest.
[[nodiscard]] std::size_t link_width(const Forest& forest) noexcept;

/// Raw scores of one row become the library's own output, in the library's own precision and order of operations.
///
/// Writes the first `link_width` values.
void apply_link(const Forest& forest, double* scores) noexcept;

}  // namespace foxml::trees
