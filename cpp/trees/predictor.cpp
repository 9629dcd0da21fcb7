#include "trees/predictor.hpp"

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "core/errors.hpp"
#include "trees/blend.hpp"
#include "trees/lines.hpp"
#include "trees/plain_kernels.hpp"
#include "trees/row_lanes.hpp"
#include "trees/sweep.hpp"

namespace foxml::trees {

namespace {

struct Maker {
    std::string_view name;
    bool needs_bytes;
    bool for_rows;   ///< one at a time
    bool for_batch;  ///< many
    std::unique_ptr<Kernel> (*make)(const Forest&);
};

constexpr Maker kMakers[] = {
    {"blend", true, true, true, make_blend},          {"sweep", true, true, true, make_sweep},
    {"lanes", true, false, true, make_row_lanes},     {"interleaved", false, true, true, make_interleaved},
    {"reference", false, true, true, make_reference},  // last: the others are for what they do better
};

bool exists(const Maker& maker, const KernelChoice& choice) noexcept {
    return !maker.needs_bytes || (choice.isa == Isa::avx512 && choice.has_bytes);
}

const Maker* forced_maker(std::string_view name) {
    const auto* const found =
        std::find_if(std::begin(kMakers), std::end(kMakers), [&](const Maker& maker) { return maker.name == name; });
    if (found != std::end(kMakers)) {
        return found;
    }
    std::string names;
    for (const Maker& maker : kMakers) {
        names += (names.empty() ? "" : ", ") + std::string(maker.name);
    }
    throw InvalidInput("FOXML_FOREST_KERNEL is '" + std::string(name) + "', expected one of " + names);
}

/// Rows that fall on both sides of thresholds: those of some splits, one after the other.
std::vector<float> trial_rows(const Forest& forest, std::size_t count) {
    std::vector<float> rows(count * forest.feature_count);
    std::size_t tree = 0;
    std::size_t at = 0;
    for (float& value : rows) {
        for (std::size_t tried = 0; tried < forest.trees.size() && at >= forest.trees[tree].splits.size(); ++tried) {
            tree = (tree + 1) % forest.trees.size();
            at = 0;
        }
        if (!forest.trees.empty() && at < forest.trees[tree].splits.size()) {
            value = static_cast<float>(forest.trees[tree].splits[at++].threshold);
        }
    }
    return rows;
}

/// Nanoseconds that this thread has run: on a busy machine the time of others is not ours.
std::int64_t thread_ns() noexcept {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return std::int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

/// The least time of a few short runs decides: what disturbs one of them does not last over all.
std::shared_ptr<const Kernel> fastest(const Forest& forest, const std::vector<std::shared_ptr<const Kernel>>& kernels,
                                      std::size_t rows_at_once) {
    constexpr int kRounds = 7;
    constexpr std::int64_t kLongEnoughNs = 20'000'000;
    constexpr std::size_t kRows = 64;
    // Trial rows of a forest that states millions of columns would take more memory than the forest.
    constexpr std::size_t kWide = 100'000;
    if (kernels.size() == 1 || forest.feature_count > kWide || forest.output_count > kWide) {
        return kernels.front();
    }
    const std::vector<float> rows = trial_rows(forest, kRows);
    std::vector<double> scores(kRows * forest.output_count);
    std::vector<std::int64_t> best_ns(kernels.size(), std::numeric_limits<std::int64_t>::max());
    const std::int64_t begin = thread_ns();
    for (int round = 0; round < kRounds && (round < 2 || thread_ns() - begin < kLongEnoughNs); ++round) {
        for (std::size_t k = 0; k < kernels.size(); ++k) {
            Lines scratch;
            scratch.grow(kernels[k]->scratch_bytes() + 1);
            const std::int64_t start = thread_ns();
            for (std::size_t i = 0; i < kRows; i += rows_at_once) {
                kernels[k]->predict(rows.data() + i * forest.feature_count, rows_at_once, scratch.data(),
                                    scores.data());
            }
            best_ns[k] = std::min(best_ns[k], thread_ns() - start);
        }
    }
    return kernels[static_cast<std::size_t>(std::min_element(best_ns.begin(), best_ns.end()) - best_ns.begin())];
}

/// Whether trees are so large that a walk may visit far fewer nodes than all of them.
bool has_large_trees(const Forest& forest) noexcept {
    constexpr std::size_t kLarge = 128;
    return std::any_of(forest.trees.begin(), forest.trees.end(),
                       [](const Tree& tree) { return tree.leaf_count() > kLarge; });
}

}  // namespace

KernelChoice chosen_kernels() {
    const char* const forced = std::getenv("FOXML_FOREST_KERNEL");
    KernelChoice choice{chosen_isa(), __builtin_cpu_supports("avx512vbmi") != 0, forced == nullptr ? "" : forced};
    if (!choice.forced.empty()) {
        static_cast<void>(forced_maker(choice.forced));
    }
    return choice;
}

Predictor::Predictor(const Forest& forest, const KernelChoice& choice) {
    const Maker* const forced = choice.forced.empty() ? nullptr : forced_maker(choice.forced);
    std::vector<std::shared_ptr<const Kernel>> for_rows;
    std::vector<std::shared_ptr<const Kernel>> for_batch;
    for (const Maker& maker : kMakers) {
        // The plain kernels stand in for those that a forest or a machine is not for; the walks compete with the others
        // only where trees are large, the plainest never.
        const bool competes = maker.needs_bytes || (maker.make == make_interleaved && has_large_trees(forest));
        const bool is_asked = forced == nullptr ? competes : forced == &maker;
        const bool stands_in = !maker.needs_bytes && (for_rows.empty() || for_batch.empty());
        if ((!is_asked && !stands_in) || !exists(maker, choice)) {
            continue;
        }
        if (const std::shared_ptr<const Kernel> kernel = maker.make(forest)) {
            if (maker.for_rows && (is_asked || for_rows.empty())) {
                for_rows.push_back(kernel);
            }
            if (maker.for_batch && (is_asked || for_batch.empty())) {
                for_batch.push_back(kernel);
            }
        }
    }
    row_ = fastest(forest, for_rows, 1);
    many_ = fastest(forest, for_batch, kRowLanes);
    const std::size_t bytes = std::max(row_->scratch_bytes(), many_->scratch_bytes());
    scratch_size_ = bytes / sizeof(double) + 1 + 64 / sizeof(double);
}

unsigned char* Predictor::lines_of(double* scratch) noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(scratch);
    return reinterpret_cast<unsigned char*>((address + 63) / 64 * 64);
}

}  // namespace foxml::trees
