// The fast predictor equals the plain walk to the bit, on every way of treating missing values.
#include "trees/interleaved.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>

#include "core/errors.hpp"

namespace foxml::trees {
namespace {

constexpr std::size_t kFeatures = 5;

Tree random_tree(std::mt19937_64& random, std::size_t leaves) {
    Tree tree;
    std::normal_distribution<double> normal;
    tree.leaves.push_back(normal(random));
    // Grow by splitting a random leaf: every shape from chains to perfect trees comes up.
    std::vector<std::pair<std::size_t, bool>> parent_of_leaf{{0, false}};
    while (tree.leaves.size() < leaves) {
        const std::size_t leaf = random() % tree.leaves.size();
        const auto node = static_cast<std::int32_t>(tree.splits.size());
        const auto new_leaf = static_cast<std::int32_t>(tree.leaves.size());
        if (node > 0) {
            Split& parent = tree.splits[parent_of_leaf[leaf].first];
            (parent_of_leaf[leaf].second ? parent.right : parent.left) = node;
        }
        tree.splits.push_back(Split{normal(random), static_cast<std::int32_t>(random() % kFeatures),
                                    ~static_cast<std::int32_t>(leaf), ~new_leaf, static_cast<Missing>(random() % 3),
                                    random() % 2 == 0});
        tree.leaves.push_back(normal(random));
        parent_of_leaf[leaf] = {static_cast<std::size_t>(node), false};
        parent_of_leaf.emplace_back(static_cast<std::size_t>(node), true);
    }
    return tree;
}

Forest random_forest(std::uint64_t seed, std::size_t trees, std::size_t outputs) {
    std::mt19937_64 random(seed);
    Forest forest;
    forest.feature_count = kFeatures;
    forest.output_count = outputs;
    for (std::size_t t = 0; t < trees; ++t) {
        forest.trees.push_back(random_tree(random, 1 + random() % 40));
    }
    return forest;
}

double random_value(std::mt19937_64& random) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const double special[] = {std::numeric_limits<double>::quiet_NaN(), kInfinity, -kInfinity, 0.0, -0.0, 1e-36, 1e-35};
    return random() % 4 == 0 ? special[random() % 7] : std::normal_distribution<double>()(random);
}

class InterleavedTest : public testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(InterleavedTest, EqualsReferenceToTheBit) {
    const auto [trees, outputs] = GetParam();
    const Forest forest = random_forest(trees * 31 + outputs, trees * outputs, outputs);
    validate(forest, "random");
    const InterleavedPredictor fast(forest);
    std::vector<double> scratch(fast.scratch_size());
    std::vector<double> expected(outputs);
    std::vector<double> scores(outputs);
    std::mt19937_64 random(1);
    for (int i = 0; i < 2000; ++i) {
        double row[kFeatures];
        for (double& value : row) {
            value = random_value(random);
        }
        reference_predict(forest, row, expected.data());
        fast.predict(row, scratch.data(), scores.data());
        for (std::size_t k = 0; k < outputs; ++k) {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(scores[k]), std::bit_cast<std::uint64_t>(expected[k]));
        }
    }
}

// Group sizes below, at and above the eight lanes, one output and several.
INSTANTIATE_TEST_SUITE_P(Sizes, InterleavedTest,
                         testing::Combine(testing::Values(0, 1, 7, 8, 9, 64), testing::Values(1, 3)));

TEST(ValidateTest, RefusesACycle) {
    Forest forest = random_forest(1, 1, 1);
    forest.trees[0].splits = {Split{0.0, 0, 0, ~0, Missing::none, false}};
    forest.trees[0].leaves = {1.0, 2.0};
    EXPECT_THROW(validate(forest, "cycle"), InvalidInput);
}

TEST(ValidateTest, RefusesALeafThatNothingReaches) {
    Forest forest = random_forest(1, 1, 1);
    forest.trees[0].splits = {Split{0.0, 0, ~0, ~0, Missing::none, false}};
    forest.trees[0].leaves = {1.0, 2.0};
    EXPECT_THROW(validate(forest, "twice"), InvalidInput);
}

}  // namespace
}  // namespace foxml::trees
