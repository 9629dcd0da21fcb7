// Whatever the bytes: a forest that every predictor scores to the same bits, or InvalidInput. Nothing else is thrown,
// nothing is read out of bounds, and memory stays within a small multiple of the bytes (the allocator's own limit).
#include "model_fuzzer.hpp"

#include <bit>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/errors.hpp"
#include "trees/interleaved.hpp"
#include "trees/link.hpp"
#include "trees/model_file.hpp"
#include "trees/reference.hpp"

namespace foxml::fuzz {

ModelCounts model_counts;
bool model_canary = false;

namespace {

// A model may state millions of features; rows that wide teach nothing more.
constexpr std::size_t kFeaturesMax = 100'000;

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

/// The raw scores must be the same; what a link makes of them must not read or write out of bounds.
void compare(const trees::Forest& forest, const trees::InterleavedPredictor& fast, std::size_t shift) {
    std::vector<double> row(forest.feature_count);
    for (std::size_t i = 0; i < row.size(); ++i) {
        row[i] = cell(i * 5 + shift);
    }
    std::vector<double> scratch(fast.scratch_size());
    std::vector<double> expected(forest.output_count);
    std::vector<double> found(forest.output_count);
    trees::reference_predict(forest, row.data(), expected.data());
    fast.predict(row.data(), scratch.data(), found.data());
    if (model_canary && model_counts.scores > 100) {
        found[0] = std::bit_cast<double>(std::bit_cast<std::uint64_t>(found[0]) ^ 1);
    }
    for (std::size_t k = 0; k < found.size(); ++k) {
        if (std::bit_cast<std::uint64_t>(found[k]) != std::bit_cast<std::uint64_t>(expected[k])) {
            throw Broken("output " + std::to_string(k) + " differs between the fast predictor and the plain walk");
        }
        ++model_counts.scores;
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
        if (forest.feature_count <= fuzz::kFeaturesMax) {
            const trees::InterleavedPredictor fast(forest);
            for (std::size_t shift = 0; shift < 13; ++shift) {
                fuzz::compare(forest, fast, shift);
            }
        }
    } catch (const InvalidInput& error) {
        if (!std::string_view(error.what()).starts_with("m:")) {
            throw fuzz::Broken(std::string("an error does not begin with its source: ") + error.what());
        }
        ++fuzz::model_counts.refused;
    }
    return 0;
}
