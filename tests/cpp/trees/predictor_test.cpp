// Every kernel equals the plain walk to the bit, on forests of all shapes and on every special value.
#include "trees/predictor.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "core/errors.hpp"
#include "random_forests.hpp"
#include "trees/reference.hpp"

namespace foxml::trees {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What this machine has, with a kernel forced.
KernelChoice forcing(std::string_view kernel, Isa isa = widest_isa()) {
    return {isa, __builtin_cpu_supports("avx512vbmi") != 0, kernel};
}

/// Values of a row: special ones, categories, and thresholds of the forest with the numbers beside them.
template <typename Value>
std::vector<Value> random_rows(const Forest& forest, std::size_t count, std::mt19937_64& random) {
    std::vector<double> thresholds{0.0};
    for (const Tree& tree : forest.trees) {
        for (const Split& split : tree.splits) {
            thresholds.push_back(split.threshold);
        }
    }
    std::vector<Value> rows(count * forest.feature_count);
    for (Value& value : rows) {
        if (random() % 2 == 0) {
            value = static_cast<Value>(random_value(random));
            continue;
        }
        value = static_cast<Value>(thresholds[random() % thresholds.size()]);
        const auto toward = static_cast<Value>(random() % 2 == 0 ? kInfinity : -kInfinity);
        value = random() % 3 == 0 ? value : std::nextafter(value, toward);
    }
    return rows;
}

/// Bits that differ from the plain walk's, over rows one by one and all at once.
template <typename Value>
std::size_t differences(const Forest& forest, const Predictor& predictor, std::size_t count, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    const std::vector<Value> rows = random_rows<Value>(forest, count, random);
    const std::size_t outputs = forest.output_count;
    std::vector<double> expected(count * outputs);
    std::vector<double> single(count * outputs);
    std::vector<double> batch(count * outputs);
    std::vector<double> scratch(predictor.scratch_size());
    for (std::size_t i = 0; i < count; ++i) {
        const Value* const row = rows.data() + i * forest.feature_count;
        reference_predict(forest, row, expected.data() + i * outputs);
        predictor.predict(row, scratch.data(), single.data() + i * outputs);
    }
    predictor.predict_batch(rows.data(), count, scratch.data(), batch.data());
    std::size_t differing = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const auto bits = std::bit_cast<std::uint64_t>(expected[i]);
        differing += std::bit_cast<std::uint64_t>(single[i]) != bits;
        differing += std::bit_cast<std::uint64_t>(batch[i]) != bits;
    }
    return differing;
}

void expect_equal(const Forest& forest, std::string_view kernel, std::size_t count) {
    validate(forest, "random");
    const Predictor predictor(forest, forcing(kernel));
    EXPECT_EQ(differences<float>(forest, predictor, count, 1), 0U) << predictor.row_kernel();
    EXPECT_EQ(differences<double>(forest, predictor, count, 2), 0U) << predictor.row_kernel();
}

class KernelTest : public testing::TestWithParam<std::tuple<const char*, Kinds>> {};

// Sizes below, at and above the lanes of every kernel; one output and several.
TEST_P(KernelTest, EqualsThePlainWalk) {
    const auto [kernel, kinds] = GetParam();
    for (const std::size_t trees : {0, 1, 7, 63, 64, 65, 130, 200}) {
        for (const std::size_t outputs : {1, 3}) {
            expect_equal(random_forest(trees * 31 + outputs, trees * outputs, outputs, kinds), kernel, 150);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, KernelTest,
                         testing::Combine(testing::Values("", "blend", "sweep", "lanes", "interleaved", "reference"),
                                          testing::Values(Kinds::lightgbm, Kinds::lightgbm_all, Kinds::xgboost,
                                                          Kinds::xgboost_all, Kinds::averaged)));

/// Spreads the splits over more features, and lets NaN go one way: fewer ways to see a feature, more thresholds each.
Forest spread_over(Forest forest, std::size_t features, bool is_one_way) {
    std::mt19937_64 random(features);
    forest.feature_count = features;
    for (Tree& tree : forest.trees) {
        for (Split& split : tree.splits) {
            split.feature = static_cast<std::int32_t>(random() % features);
            split.missing = is_one_way ? Missing::nan : split.missing;
            split.default_left = is_one_way || split.default_left;
        }
    }
    return forest;
}

/// A forest of trees of one size.
Forest sized_forest(std::size_t trees, std::size_t leaves, Kinds kinds) {
    Forest forest = random_forest(leaves, trees, 1, kinds);
    std::mt19937_64 random(trees);
    for (Tree& tree : forest.trees) {
        tree = random_tree(random, leaves, 1, 0, kinds);
    }
    return forest;
}

void add_level(Tree& tree, std::mt19937_64& random, std::size_t node, std::size_t level, std::size_t depth) {
    for (const bool is_right : {false, true}) {
        std::int32_t child = ~static_cast<std::int32_t>(tree.leaves.size());
        if (level + 1 < depth && random() % 8 != 0) {
            child = static_cast<std::int32_t>(tree.splits.size());
            tree.splits.push_back(random_split(tree, random, Kinds::xgboost));
        }
        (is_right ? tree.splits[node].right : tree.splits[node].left) = child;
        if (child < 0) {
            tree.leaves.push_back(random_number(random, Kinds::xgboost));
        } else {
            add_level(tree, random, static_cast<std::size_t>(child), level + 1, depth);
        }
    }
}

/// Trees that are perfect but for leaves here and there above the last level.
Forest level_forest(std::size_t trees, std::size_t depth, Kinds kinds) {
    Forest forest = random_forest(depth, trees, 1, kinds);
    std::mt19937_64 random(trees);
    for (Tree& tree : forest.trees) {
        tree = Tree{};
        tree.splits.push_back(random_split(tree, random, Kinds::xgboost));
        add_level(tree, random, 0, 0, depth);
    }
    return forest;
}

bool has_bytes() { return widest_isa() == Isa::avx512 && __builtin_cpu_supports("avx512vbmi") != 0; }

void expect_served(const Forest& forest, std::string_view kernel) {
    expect_equal(forest, kernel, 200);
    const Predictor predictor(forest, forcing(kernel));
    if (has_bytes()) {
        EXPECT_EQ(kernel == "lanes" ? predictor.batch_kernel() : predictor.row_kernel(), kernel);
    }
}

// A byte counts 255 thresholds of a column: more of them go to further columns.
TEST(PredictorTest, ServesManyThresholdsOfAColumn) {
    for (const Kinds kinds : {Kinds::lightgbm, Kinds::xgboost}) {
        const Forest forest = spread_over(sized_forest(100, 60, kinds), 3, true);
        for (const char* kernel : {"sweep", "lanes"}) {
            expect_served(forest, kernel);
        }
    }
    expect_served(spread_over(level_forest(100, 6, Kinds::xgboost), 3, true), "blend");
}

// Columns fill one, two and four pairs of registers; beyond, there is another kernel.
TEST(PredictorTest, ServesManyColumns) {
    for (const std::size_t features : {60, 127, 129, 255, 257, 500}) {
        const Forest forest = spread_over(sized_forest(150, 31, Kinds::lightgbm), features, true);
        expect_served(forest, "sweep");
        expect_served(forest, "lanes");
        expect_equal(spread_over(level_forest(150, 5, Kinds::xgboost), features, true), "blend", 200);
    }
    const Forest forest = spread_over(sized_forest(150, 31, Kinds::lightgbm), 900, false);
    expect_served(forest, "lanes");
    expect_equal(forest, "sweep", 200);
}

// A byte counts 256 leaves; a tree of more is not for these kernels.
TEST(PredictorTest, ServesLargeTrees) {
    for (const std::size_t leaves : {2, 64, 65, 255, 256}) {
        for (const char* kernel : {"sweep", "lanes"}) {
            expect_served(sized_forest(70, leaves, Kinds::lightgbm), kernel);
        }
    }
    expect_equal(sized_forest(20, 257, Kinds::lightgbm), "sweep", 200);
    expect_equal(sized_forest(5, 2000, Kinds::xgboost), "", 200);
}

TEST(PredictorTest, ServesEveryNumberOfLevels) {
    for (std::size_t depth = 1; depth <= 8; ++depth) {
        expect_served(level_forest(70, depth, Kinds::xgboost), "blend");
        expect_served(level_forest(70, depth, Kinds::averaged), "blend");
    }
    expect_equal(level_forest(10, 9, Kinds::xgboost), "blend", 200);
}

TEST(PredictorTest, ServesCategories) {
    Forest forest = sized_forest(150, 31, Kinds::lightgbm_all);
    for (Tree& tree : forest.trees) {
        tree.linear.clear();
    }
    expect_served(forest, "sweep");
}

// A path that the machine or FOXML_ISA rules out is not taken.
TEST(PredictorTest, KeepsToTheInstructionsAllowed) {
    const Forest forest = random_forest(1, 100, 1, Kinds::lightgbm);
    for (const Isa isa : {Isa::scalar, Isa::avx2}) {
        const Predictor predictor(forest, {isa, true, ""});
        EXPECT_EQ(predictor.row_kernel(), "interleaved");
        EXPECT_EQ(predictor.batch_kernel(), "interleaved");
    }
    EXPECT_EQ(Predictor(forest, {Isa::avx512, false, "sweep"}).row_kernel(), "interleaved");
}

TEST(PredictorTest, RefusesAKernelItDoesNotKnow) {
    const Forest forest = random_forest(1, 10, 1, Kinds::lightgbm);
    EXPECT_THROW(Predictor(forest, forcing("quick")), InvalidInput);
}

// The comparison sees a forest that differs in one threshold, by one unit in the last place.
TEST(PredictorTest, AWrongKernelIsCaught) {
    const Forest forest = random_forest(1, 100, 1, Kinds::lightgbm);
    for (const char* kernel : {"sweep", "lanes", "interleaved"}) {
        Forest wrong = forest;
        Split& split = wrong.trees[7].splits[0];
        split.threshold = std::nextafter(split.threshold, kInfinity);
        const Predictor predictor(wrong, forcing(kernel));
        EXPECT_GT(differences<double>(forest, predictor, 20000, 1), 0U) << kernel;
    }
}

}  // namespace
}  // namespace foxml::trees
