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

class PredictorTest : public testing::TestWithParam<std::tuple<const char*, Kinds>> {};

// Sizes below, at and above the lanes of every kernel; one output and several.
TEST_P(PredictorTest, EqualsThePlainWalk) {
    const auto [kernel, kinds] = GetParam();
    for (const std::size_t trees : {0, 1, 7, 63, 64, 65, 130, 200}) {
        for (const std::size_t outputs : {1, 3}) {
            expect_equal(random_forest(trees * 31 + outputs, trees * outputs, outputs, kinds), kernel, 150);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, PredictorTest,
                         testing::Combine(testing::Values("sweep", "interleaved", "reference"),
                                          testing::Values(Kinds::lightgbm, Kinds::lightgbm_all, Kinds::xgboost,
                                                          Kinds::xgboost_all, Kinds::averaged)));

}  // namespace
}  // namespace foxml::trees
