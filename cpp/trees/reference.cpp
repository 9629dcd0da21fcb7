#include "trees/reference.hpp"

#include <algorithm>
#include <cmath>

namespace foxml::trees {

namespace {

bool is_zero(double value) noexcept { return value >= -kZeroThreshold && value <= kZeroThreshold; }

template <typename Value>
double seen(Inputs inputs, Value value) noexcept {
    if (inputs == Inputs::rounded_to_float) {
        return static_cast<double>(static_cast<float>(value));
    }
    const auto number = static_cast<double>(value);
    return inputs == Inputs::small_to_zero && is_zero(number) ? 0.0 : number;
}

bool contains(const CategorySet& set, double value) noexcept {
    constexpr double kBeyond = 2147483648.0;
    const double above = set.negative_fractions_are_zero ? -1.0 : -0x1p-1074;
    if (!(value > above && value < kBeyond)) {
        return false;
    }
    return std::binary_search(set.members.begin(), set.members.end(), static_cast<std::int32_t>(value));
}

bool goes_left(const Tree& tree, const Split& split, double value) noexcept {
    if (split.category_set >= 0) {
        if (std::isnan(value)) {
            return split.default_left;
        }
        const CategorySet& set = tree.category_sets[static_cast<std::size_t>(split.category_set)];
        return contains(set, value) == set.members_left;
    }
    if (std::isnan(value) && split.missing != Missing::nan) {
        value = 0.0;
    }
    if ((split.missing == Missing::zero && is_zero(value)) || (split.missing == Missing::nan && std::isnan(value))) {
        return split.default_left;
    }
    return value <= split.threshold;
}

template <typename Value>
double leaf_value(const Forest& forest, const Tree& tree, std::size_t leaf, const Value* row) noexcept {
    if (tree.linear.empty()) {
        return tree.leaves[leaf];
    }
    const LinearLeaf& linear = tree.linear[leaf];
    double sum = linear.constant;
    for (const LinearLeaf::Term& term : linear.terms) {
        const double value = seen(forest.inputs, row[term.feature]);
        if (std::isnan(value)) {
            return tree.leaves[leaf];
        }
        sum += term.coefficient * value;
    }
    return sum;
}

double add(Arithmetic arithmetic, double sum, double term) noexcept {
    return arithmetic == Arithmetic::float64 ? sum + term
                                             : static_cast<double>(static_cast<float>(sum) + static_cast<float>(term));
}

/// XGBoost's linear booster: products and sums in float, what is missing is left out.
template <typename Value>
void add_weights(const Forest& forest, const Value* row, double* scores) noexcept {
    const std::size_t outputs = forest.output_count;
    for (std::size_t k = 0; k < outputs; ++k) {
        auto sum = static_cast<float>(scores[k]);
        for (std::size_t i = 0; i < forest.feature_count; ++i) {
            const auto value = static_cast<float>(row[i]);
            if (!std::isnan(value)) {
                sum += value * static_cast<float>(forest.weights[i * outputs + k]);
            }
        }
        scores[k] = static_cast<double>(sum);
    }
}

}  // namespace

template <typename Value>
std::size_t reference_leaf(const Forest& forest, const Tree& tree, const Value* row) noexcept {
    std::int32_t at = tree.splits.empty() ? ~0 : 0;
    while (at >= 0) {
        const Split& split = tree.splits[static_cast<std::size_t>(at)];
        at = goes_left(tree, split, seen(forest.inputs, row[split.feature])) ? split.left : split.right;
    }
    return static_cast<std::size_t>(~at);
}

template <typename Value>
void reference_predict(const Forest& forest, const Value* row, double* scores) noexcept {
    std::copy(forest.base_margin.begin(), forest.base_margin.end(), scores);
    for (const Tree& tree : forest.trees) {
        const std::size_t leaf = reference_leaf(forest, tree, row);
        if (tree.output != kEveryOutput) {
            const double value = leaf_value(forest, tree, leaf, row);
            scores[tree.output] = add(forest.arithmetic, scores[tree.output], value);
            continue;
        }
        for (std::size_t k = 0; k < forest.output_count; ++k) {
            scores[k] = add(forest.arithmetic, scores[k], tree.leaves[leaf * forest.output_count + k]);
        }
    }
    if (!forest.weights.empty()) {
        add_weights(forest, row, scores);
    }
    if (forest.raw_is_average) {
        std::for_each(scores, scores + forest.output_count, [&](double& score) { score /= forest.divisor; });
    }
}

template std::size_t reference_leaf<float>(const Forest&, const Tree&, const float*) noexcept;
template std::size_t reference_leaf<double>(const Forest&, const Tree&, const double*) noexcept;
template void reference_predict<float>(const Forest&, const float*, double*) noexcept;
template void reference_predict<double>(const Forest&, const double*, double*) noexcept;

}  // namespace foxml::trees
