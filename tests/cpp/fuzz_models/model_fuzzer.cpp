// Whatever the bytes: a forest that every predictor scores to the same bits, a small model, or InvalidInput. Nothing
// else is thrown, nothing is read out of bounds, and memory stays within a small multiple of the bytes (the allocator's
// own limit).
#include "model_fuzzer.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/errors.hpp"
#include "core/isa.hpp"
#include "models/model_json.hpp"
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

std::vector<double> rows_of(std::size_t feature_count) {
    std::vector<double> rows(kRows * feature_count);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = cell(i / feature_count + i % feature_count * 5);
    }
    return rows;
}

void compare(const std::vector<double>& found, const std::vector<double>& expected, std::string_view kernel) {
    for (std::size_t i = 0; i < found.size(); ++i) {
        const auto wrong = static_cast<std::uint64_t>(model_canary && model_counts.scores > 100);
        if ((std::bit_cast<std::uint64_t>(found[i]) ^ wrong) != std::bit_cast<std::uint64_t>(expected[i])) {
            throw Broken("score " + std::to_string(i) + " of " + std::string(kernel) + " differs from the plain one");
        }
        ++model_counts.scores;
    }
}

/// The raw scores must be the same; what a link makes of them must not read or write out of bounds.
void compare_all(const trees::Forest& forest) {
    const std::vector<double> rows = rows_of(forest.feature_count);
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

/// A batch gives the scores of single rows; a score is finite or NaN, a probability lies between 0 and 1.
void compare_all(const models::Model& model) {
    const std::vector<double> rows = rows_of(model.feature_count());
    const std::size_t outputs = model.output_count();
    std::vector<double> scratch(model.scratch_size());
    std::vector<double> expected(kRows * outputs);
    std::vector<double> found(expected.size());
    for (std::size_t i = 0; i < kRows; ++i) {
        model.predict(rows.data() + i * model.feature_count(), scratch.data(), expected.data() + i * outputs);
    }
    model.predict_batch(rows.data(), kRows, scratch.data(), found.data());
    compare(found, expected, model.kind());
    if (std::any_of(found.begin(), found.end(), [](double score) { return std::isinf(score); })) {
        throw Broken("a score is infinite");
    }
    model.apply_link(found.data());
    const bool is_share = model.kind() == "mixture";
    for (std::size_t k = 0; is_share && k < outputs; ++k) {
        if (found[k] < 0.0 || found[k] > 1.0) {
            throw Broken("a probability is beyond 0 and 1");
        }
    }
}

bool is_small_model(std::string_view bytes) {
    return bytes.starts_with(models::kLinearJson) || bytes.starts_with(models::kMixtureJson);
}

void read_small_model(std::string_view bytes) {
    const std::unique_ptr<const models::Model> model = models::read_model_json(bytes, "m");
    ++model_counts.read;
    if (model->feature_count() <= kWide && model->output_count() <= kWide) {
        compare_all(*model);
    }
}

void read_forest(std::string_view bytes) {
    const auto iterations = bytes.size() % 2 == 0 ? trees::Iterations::all : trees::Iterations::up_to_best;
    const trees::Forest forest = trees::read_model_file(bytes, "m", iterations);
    ++model_counts.read;
    if (forest.feature_count <= kWide && forest.output_count <= kWide) {
        compare_all(forest);
    }
}

void read_any(std::string_view bytes) {
    if (is_small_model(bytes)) {
        read_small_model(bytes);
    } else {
        read_forest(bytes);
    }
}

}  // namespace

}  // namespace foxml::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace foxml;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    try {
        fuzz::read_any(bytes);
    } catch (const InvalidInput& error) {
        if (!std::string_view(error.what()).starts_with("m:")) {
            throw fuzz::Broken(std::string("an error does not begin with its source: ") + error.what());
        }
        ++fuzz::model_counts.refused;
    }
    return 0;
}
