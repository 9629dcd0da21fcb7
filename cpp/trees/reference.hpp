#pragma once

#include "trees/forest.hpp"

namespace foxml::trees {

/// The leaf of one tree that a row falls into, walked one split at a time. The plain twin of every fast predictor.
///
/// `row` holds `feature_count` values of float or double.
template <typename Value>
[[nodiscard]] std::size_t reference_leaf(const Forest& forest, const Tree& tree, const Value* row) noexcept;

/// Raw scores of one row, by the plain walk. Writes `output_count` values. Understands every forest that is valid.
template <typename Value>
void reference_predict(const Forest& forest, const Value* row, double* scores) noexcept;

}  // namespace foxml::trees
