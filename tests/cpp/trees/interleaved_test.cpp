// The fast predictor equals the plain walk to the bit, on every way of treating missing values.
#include "trees/interleaved.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "random_forests.hpp"
#include "trees/reference.hpp"

namespace foxml::trees {
namespace {

class InterleavedTest : public testing::TestWithParam<std::tuple<std::size_t, std::size_t, Kinds>> {};

TEST_P(InterleavedTest, EqualsReferenceToTheBit) {
    const auto [trees, outputs, kinds] = GetParam();
    const Forest forest = random_forest(trees * 31 + outputs, trees * outputs, outputs, kinds);
    validate(forest, "random");
    const InterleavedPredictor fast(forest);
    std::vector<double> scratch(fast.scratch_size());
    std::vector<double> expected(outputs);
    std::vector<double> scores(outputs);
    std::mt19937_64 random(1);
    for (int i = 0; i < 1000; ++i) {
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

// Group sizes below, at and above the eight lanes, one output and several, each library's arithmetic, and what is
// walked plainly.
INSTANTIATE_TEST_SUITE_P(Sizes, InterleavedTest,
                         testing::Combine(testing::Values(0, 1, 7, 8, 9, 64), testing::Values(1, 3),
                                          testing::Values(Kinds::lightgbm, Kinds::lightgbm_all, Kinds::xgboost,
                                                          Kinds::xgboost_all, Kinds::averaged)));

}  // namespace
}  // namespace foxml::trees
