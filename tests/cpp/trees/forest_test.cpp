// A forest that is no forest must never be walked: each rule of the form is refused by name when it is broken.
#include "trees/forest.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "core/errors.hpp"
#include "random_forests.hpp"

namespace foxml::trees {
namespace {

/// One split on feature 0 by category set 0, two leaves.
Forest stump() {
    Forest forest;
    forest.feature_count = kFeatures;
    forest.base_margin = {0.0};
    Tree tree;
    tree.splits = {Split{0.5, 0, ~0, ~1, Missing::nan, false, 0}};
    tree.leaves = {1.0, 2.0};
    tree.category_sets = {CategorySet{{1, 3}}};
    forest.trees.push_back(tree);
    return forest;
}

struct Spoilt {
    const char* message;
    std::function<void(Forest&)> spoil;
};

class SpoiltForestTest : public testing::TestWithParam<Spoilt> {};

TEST_P(SpoiltForestTest, IsRefusedByName) {
    Forest forest = stump();
    ASSERT_NO_THROW(validate(forest, "m"));
    GetParam().spoil(forest);
    try {
        validate(forest, "m");
        FAIL() << "expected: " << GetParam().message;
    } catch (const InvalidInput& error) {
        EXPECT_NE(std::string(error.what()).find(GetParam().message), std::string::npos) << error.what();
    }
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Split& split(Forest& forest) { return forest.trees[0].splits[0]; }

INSTANTIATE_TEST_SUITE_P(
    Rules, SpoiltForestTest,
    testing::Values(
        Spoilt{"m: tree 0 reaches node 0 twice", [](Forest& f) { split(f).left = 0; }},
        Spoilt{"reaches leaf 0 twice", [](Forest& f) { split(f).right = ~0; }},
        Spoilt{"points to node 7, which does not exist", [](Forest& f) { split(f).right = 7; }},
        Spoilt{"points to leaf 2, which does not exist", [](Forest& f) { split(f).right = ~2; }},
        Spoilt{"node 0 uses feature 5; the model has 5", [](Forest& f) { split(f).feature = 5; }},
        Spoilt{"node 0 uses feature -1", [](Forest& f) { split(f).feature = -1; }},
        Spoilt{"a threshold that is not a number", [](Forest& f) { split(f).threshold = kNaN; }},
        Spoilt{"node 0 names category set 1; the tree has 1", [](Forest& f) { split(f).category_set = 1; }},
        Spoilt{"does not ascend from 0", [](Forest& f) { f.trees[0].category_sets[0].members = {3, 3}; }},
        Spoilt{"does not ascend from 0", [](Forest& f) { f.trees[0].category_sets[0].members = {-1, 3}; }},
        Spoilt{"1 splits and 1 leaf values", [](Forest& f) { f.trees[0].leaves = {1.0}; }},
        Spoilt{"a leaf value that is not finite", [](Forest& f) { f.trees[0].leaves[1] = kInfinity; }},
        Spoilt{"adds to output 1; the model has 1", [](Forest& f) { f.trees[0].output = 1; }},
        Spoilt{"linear terms for 1 leaves of 2", [](Forest& f) { f.trees[0].linear = {{0.0, {}}}; }},
        Spoilt{"a linear leaf uses feature 9", [](Forest& f) { f.trees[0].linear = {{0.0, {{9, 1.0}}}, {0.0, {}}}; }},
        Spoilt{"a linear leaf that is not finite", [](Forest& f) { f.trees[0].linear = {{kNaN, {}}, {0.0, {}}}; }},
        Spoilt{"expected 5 feature names, found 1", [](Forest& f) { f.feature_names = {"a"}; }},
        Spoilt{"a base margin for each of 1 outputs, found 0", [](Forest& f) { f.base_margin.clear(); }},
        Spoilt{"a base margin or weight that is not finite", [](Forest& f) { f.base_margin = {kNaN}; }},
        Spoilt{"a weight for each feature and output, found 3", [](Forest& f) { f.weights = {1, 2, 3}; }},
        Spoilt{"no trees to average", [](Forest& f) { f.divisor = 0.0; }},
        Spoilt{"at least one feature", [](Forest& f) { f.feature_count = 0; }}));

}  // namespace
}  // namespace foxml::trees
