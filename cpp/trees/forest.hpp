#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace foxml::trees {

/// What a split does with a missing value, as LightGBM defines it.
///
///   none   NaN counts as 0.0
///   zero   NaN and |x| <= 1e-35f go the default way
///   nan    NaN goes the default way
///
/// In every class a value with |x| <= 1e-35f counts as 0.0: LightGBM drops it from the row before it walks a tree.
enum class Missing : std::uint8_t { none = 0, zero = 1, nan = 2 };

/// One split: `value <= threshold` goes left. A child >= 0 is a node, a child < 0 is leaf number `~child`.
struct Split {
    double threshold;
    std::int32_t feature;
    std::int32_t left;
    std::int32_t right;
    Missing missing;
    bool default_left;
};

/// One tree: node 0 is the root; a tree of a single leaf has no splits.
struct Tree {
    std::vector<Split> splits;
    std::vector<double> leaves;
};

/// Every model that the readers understand, in one form.
///
/// Raw scores are sums in double, in tree order, starting at 0.0; tree t adds to output t % output_count.
struct Forest {
    std::vector<Tree> trees;
    std::vector<std::string> feature_names;
    std::size_t feature_count = 0;
    std::size_t output_count = 1;
    std::string objective;
};

/// Check that every tree is a tree: children in range, each node and leaf reached exactly once, features in range.
///
/// Throws InvalidInput naming the tree and node, prefixed by `source`.
void validate(const Forest& forest, const std::string& source);

/// The leaf of one tree that a row falls into, walked one split at a time. The plain twin of every fast predictor.
///
/// `row` holds `feature_count` values of float or double.
template <typename Value>
[[nodiscard]] double reference_leaf(const Tree& tree, const Value* row) noexcept;

/// Raw scores of one row, by the plain walk. Writes `output_count` values.
template <typename Value>
void reference_predict(const Forest& forest, const Value* row, double* scores) noexcept;

/// Largest magnitude that LightGBM treats as zero: the float 1e-35f.
inline constexpr double kZeroThreshold = 1e-35f;

}  // namespace foxml::trees
