#pragma once

#include <algorithm>
#include <limits>
#include <random>
#include <utility>

#include "trees/forest.hpp"

namespace foxml::trees {

inline constexpr std::size_t kFeatures = 5;

/// What the trees of a random forest are like.
///
///   lightgbm       double sums, thresholds alone        lightgbm_all   category sets and linear leaves too
///   xgboost        float sums from a margin             xgboost_all    category sets and vector leaves too
///   averaged       double sums of rounded values, divided
enum class Kinds { lightgbm, lightgbm_all, xgboost, xgboost_all, averaged };

inline std::int32_t add_random_set(Tree& tree, std::mt19937_64& random, Kinds kinds) {
    CategorySet set{{}, kinds == Kinds::lightgbm_all, kinds == Kinds::lightgbm_all};
    const std::int32_t beyond = random() % 4 == 0 ? 200 : 6;
    for (std::int32_t category = 0; category < beyond; ++category) {
        if (random() % 2 == 0) {
            set.members.push_back(category);
        }
    }
    tree.category_sets.push_back(std::move(set));
    return static_cast<std::int32_t>(tree.category_sets.size()) - 1;
}

inline double random_number(std::mt19937_64& random, Kinds kinds) {
    const double value = std::normal_distribution<double>()(random);
    const bool is_float = kinds == Kinds::xgboost || kinds == Kinds::xgboost_all;
    return is_float ? static_cast<double>(static_cast<float>(value)) : value;
}

inline Split random_split(Tree& tree, std::mt19937_64& random, Kinds kinds) {
    Split split{random_number(random, kinds),
                static_cast<std::int32_t>(random() % kFeatures),
                0,
                0,
                static_cast<Missing>(random() % 3),
                random() % 2 == 0};
    const bool has_sets = kinds == Kinds::lightgbm_all || kinds == Kinds::xgboost_all;
    if (has_sets && random() % 4 == 0) {
        split.category_set = add_random_set(tree, random, kinds);
        split.default_left = kinds == Kinds::xgboost_all && random() % 2 == 0;
    }
    return split;
}

/// Splits a random leaf again and again: every shape from chains to perfect trees comes up.
inline Tree random_shape(std::mt19937_64& random, std::size_t leaves, Kinds kinds) {
    Tree tree;
    std::vector<std::pair<std::size_t, bool>> parent_of_leaf{{0, false}};
    while (parent_of_leaf.size() < leaves) {
        const std::size_t leaf = random() % parent_of_leaf.size();
        const auto node = static_cast<std::int32_t>(tree.splits.size());
        if (node > 0) {
            Split& parent = tree.splits[parent_of_leaf[leaf].first];
            (parent_of_leaf[leaf].second ? parent.right : parent.left) = node;
        }
        Split split = random_split(tree, random, kinds);
        split.left = ~static_cast<std::int32_t>(leaf);
        split.right = ~static_cast<std::int32_t>(parent_of_leaf.size());
        tree.splits.push_back(split);
        parent_of_leaf[leaf] = {static_cast<std::size_t>(node), false};
        parent_of_leaf.emplace_back(static_cast<std::size_t>(node), true);
    }
    return tree;
}

inline Tree random_tree(std::mt19937_64& random, std::size_t leaves, std::size_t outputs, std::size_t output,
                        Kinds kinds) {
    Tree tree = random_shape(random, leaves, kinds);
    const bool is_vector = kinds == Kinds::xgboost_all && random() % 2 == 0;
    tree.output = is_vector ? kEveryOutput : static_cast<std::int32_t>(output);
    for (std::size_t i = 0; i < leaves * (is_vector ? outputs : 1); ++i) {
        tree.leaves.push_back(random_number(random, kinds));
    }
    if (kinds == Kinds::lightgbm_all && random() % 2 == 0) {
        for (std::size_t i = 0; i < leaves; ++i) {
            LinearLeaf leaf{random_number(random, kinds), {}};
            for (std::int32_t f = 0; f < static_cast<std::int32_t>(random() % kFeatures); ++f) {
                leaf.terms.push_back({f, random_number(random, kinds)});
            }
            tree.linear.push_back(std::move(leaf));
        }
    }
    return tree;
}

inline Forest random_forest(std::uint64_t seed, std::size_t trees, std::size_t outputs, Kinds kinds) {
    std::mt19937_64 random(seed);
    Forest forest;
    forest.feature_count = kFeatures;
    forest.output_count = outputs;
    const bool is_xgboost = kinds == Kinds::xgboost || kinds == Kinds::xgboost_all;
    forest.base_margin.assign(outputs, is_xgboost ? 0.25 : 0.0);
    forest.arithmetic = is_xgboost ? Arithmetic::float32 : Arithmetic::float64;
    if (is_xgboost || kinds == Kinds::averaged) {
        forest.inputs = Inputs::rounded_to_float;
    }
    if (kinds == Kinds::averaged) {
        forest.divisor = static_cast<double>(std::max<std::size_t>(trees / outputs, 1));
        forest.raw_is_average = true;
    }
    for (std::size_t t = 0; t < trees; ++t) {
        forest.trees.push_back(random_tree(random, 1 + random() % 40, outputs, t % outputs, kinds));
    }
    return forest;
}

/// Numbers near the thresholds, categories, and every special value.
inline double random_value(std::mt19937_64& random) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double special[] = {std::numeric_limits<double>::quiet_NaN(),
                              kInfinity,
                              -kInfinity,
                              0.0,
                              -0.0,
                              1e-36,
                              1e-35,
                              -0.5,
                              -1.0,
                              2.5,
                              3e9,
                              1e300,
                              5e-324,
                              199.0,
                              16777216.0};
    switch (random() % 4) {
        case 0:
            return special[random() % std::size(special)];
        case 1:
            return static_cast<double>(random() % 8);
        default:
            return std::normal_distribution<double>()(random);
    }
}

}  // namespace foxml::trees
