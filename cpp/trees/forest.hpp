#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace foxml::trees {

/// What a split does with a missing value.
///
///   none   NaN counts as 0.0
///   zero   NaN and |x| <= 1e-35f go the default way
///   nan    NaN goes the default way
enum class Missing : std::uint8_t { none = 0, zero = 1, nan = 2 };

/// One split. A child >= 0 is a node, a child < 0 is leaf number `~child`.
///
/// Without a category set `value <= threshold` goes left. With one, its members go to the side that the set names, all
/// other values to the other one, NaN the default way.
struct Split {
    double threshold;
    std::int32_t feature;
    std::int32_t left;
    std::int32_t right;
    Missing missing;
    bool default_left;
    std::int32_t category_set = -1;  ///< index into the tree's sets; -1 where the split is by threshold
};

/// Categories that a split takes to one side.
///
/// A value stands for the integer that is left when its fraction is cut off. What is no category (below 0, too large)
/// is in no set.
struct CategorySet {
    std::vector<std::int32_t> members;  ///< ascending, none twice, none negative
    bool members_left = true;
    bool negative_fractions_are_zero = true;  ///< -0.5 is category 0, as in LightGBM; else it is none, as in XGBoost

    bool operator==(const CategorySet&) const = default;
};

/// A leaf that is a linear function: `constant + sum of coefficient * value`, added in the order of the terms. Where
/// any of its values is NaN, the plain leaf value takes its place.
struct LinearLeaf {
    struct Term {
        std::int32_t feature;
        double coefficient;
    };
    double constant;
    std::vector<Term> terms;
};

/// One tree: node 0 is the root; a tree of a single leaf has no splits.
struct Tree {
    std::vector<Split> splits;
    std::vector<double> leaves;  ///< one value a leaf; `output_count` values a leaf where leaves are vectors
    std::int32_t output = 0;     ///< that the leaves add to; kEveryOutput where leaves are vectors
    std::vector<CategorySet> category_sets;
    std::vector<LinearLeaf> linear;  ///< one a leaf, or empty

    [[nodiscard]] std::size_t leaf_count() const noexcept { return splits.size() + 1; }
};

/// `Tree::output` of a tree whose leaves are vectors.
inline constexpr std::int32_t kEveryOutput = -1;

/// How a row's values are seen before anything compares them.
///
///   as_given            scikit-learn's histogram boosting
///   small_to_zero       |x| <= 1e-35f counts as 0.0: LightGBM drops such values before it walks a tree
///   rounded_to_float    XGBoost, scikit-learn's trees
enum class Inputs : std::uint8_t { as_given, small_to_zero, rounded_to_float };

/// The precision in which leaves are added and links are computed.
enum class Arithmetic : std::uint8_t { float64, float32 };

/// From raw scores to the library's own output.
///
///   sigmoid         1 / (1 + exp(-scale * x)), each output
///   softmax         over all outputs
///   largest         number of the largest output, the first of equals
///   signed_square   x * |x|
///   softplus        log(1 + exp(x))
///   step            1 where x > 0, else 0
struct Link {
    enum class Kind : std::uint8_t { identity, sigmoid, softmax, largest, exponential, signed_square, softplus, step };
    Kind kind = Kind::identity;
    double scale = 1.0;
    bool averages = false;  ///< the raw scores are divided by `Forest::divisor` first
};

/// Every model that the readers understand, in one form.
///
/// Raw scores begin at the base margin and take up the leaves in tree order, each addition rounded in `arithmetic`;
/// then, where `raw_is_average`, they are divided by `divisor`.
struct Forest {
    std::vector<Tree> trees;
    std::vector<std::string> feature_names;  ///< empty where the file has none
    std::size_t feature_count = 0;
    std::size_t output_count = 1;
    std::vector<double> base_margin;  ///< one an output
    Inputs inputs = Inputs::small_to_zero;
    Arithmetic arithmetic = Arithmetic::float64;
    double divisor = 1.0;
    bool raw_is_average = false;
    Link link;
    std::string format;     ///< of the file, for people
    std::string objective;  ///< as the file states it
    std::optional<std::int64_t> best_iteration;
    /// A linear model in place of trees: feature after feature, one weight an output; NaN counts for nothing.
    std::vector<double> weights;
};

/// Largest magnitude that LightGBM treats as zero: the float 1e-35f.
inline constexpr double kZeroThreshold = 1e-35f;

/// More than any model has: a count beyond them would only exhaust memory.
inline constexpr std::size_t kOutputsMax = 1'000'000;
inline constexpr std::size_t kFeaturesMax = 10'000'000;

/// Check that every tree is a tree (children in range, each node and leaf reached exactly once), that features, outputs
/// and sets exist, and that numbers are finite; a threshold may be +inf.
///
/// Throws InvalidInput naming the tree and node, prefixed by `source`.
void validate(const Forest& forest, const std::string& source);

}  // namespace foxml::trees
