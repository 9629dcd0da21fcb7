// Whatever the bytes: a forest that every predictor scores to the same bits, or InvalidInput. Nothing else is thrown,
// nothing is read out of bounds, and memory stays within a small multiple of the bytes (the allocator's own limit).
#include "model_fuzzer.hpp"

#include <bit>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/errors.hpp"
#include "core/isa.hpp"
#include "trees/link.hpp"
#include "trees/model_file.hpp"
#include "trees/predictor.hpp"
#include "trees/reference.hpp"

namespace foxml::fuzz {

ModelCounts model_counts;
bool model_canary = false;

namespace {

// A model may state millions of features; rows that wide teach nothing more.
constexpr std::size_t kWide = 10'000;

double cell(std::size_t index) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kCells[] = {0.5,       std::numeric_limits<double>::quiet_NaN(),
                                 -1.5,      0.0,
                                 kInfinity, 3.0,
                                 -0.5,      1e30,
                                 -0.0,      -kInfinity,
                                 11.0,      16777216.0,
                                 1e-36};
    return kCells[index % std::size(kCells)];
}

/// More than are scored one by one: both ways of each predictor are seen.
constexpr std::size_t kRows = 19;

std::vector<double> rows_of(const trees::Forest& forest) {
    std::vector<double> rows(kRows * forest.feature_count);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = cell(i / forest.feature_count + i % forest.feature_count * 5);
    }
    return rows;
}

void compare(const std::vector<double>& found, const std::vector<double>& expected, std::string_view kernel) {
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto wrong = static_cast<std::uint64_t>(model_canary && model_counts.scores > 100);
        if ((std::bit_cast<std::uint64_t>(found[i]) ^ wrong) != std::bit_cast<std::uint64_t>(expected[i])) {
            throw Broken("score " + std::to_string(i) + " of " + std::string(kernel) +
                         " differs from the plain walk's");
        }
        ++model_counts.scores;
    }
}

/// The raw scores must be the same; what a link makes of them must not read or write out of bounds.
void compare_all(const trees::Forest& forest) {
    const std::vector<double> rows = rows_of(forest);
    const std::size_t outputs = forest.output_count;
    std::vector<double> expected(kRows * outputs);
    for (std::size_t i = 0; i < kRows; ++i) {
        trees::reference_predict(forest, rows.data() + i * forest.feature_count, expected.data() + i * outputs);
    }
    std::vector<double> found(expected.size());
    for (const std::string_view kernel : {"blend", "sweep", "lanes", "interleaved"}) {
        const trees::Predictor fast(forest, {widest_isa(), __builtin_cpu_supports("avx512vbmi") != 0, kernel});
        std::vector<double> scratch(fast.scratch_size());
        for (std::size_t i = 0; i < kRows; ++i) {
            fast.predict(rows.data() + i * forest.feature_count, scratch.data(), found.data() + i * outputs);
        }
        compare(found, expected, kernel);
        fast.predict_batch(rows.data(), kRows, scratch.data(), found.data());
        compare(found, expected, kernel);
    }
    trees::apply_link(forest, expected.data());
}

}  // namespace

}  // namespace foxml::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace foxml;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        const trees::Forest forest =
            trees::read_model_file(bytes, "m", size % 2 == 0 ? trees::Iterations::all : trees::Iterations::up_to_best);
        ++fuzz::model_counts.read;
        if (forest.feature_count <= fuzz::kWide && forest.output_count <= fuzz::kWide) {
            fuzz::compare_all(forest);
        }
    } catch (const InvalidInput& error) {
        if (!std::string_view(error.what()).starts_with("m:")) {
            throw fuzz::Broken(std::string("an error does not begin with its source: ") + error.what());
        }
        ++fuzz::model_counts.refused;
    }
    return 0;
}
