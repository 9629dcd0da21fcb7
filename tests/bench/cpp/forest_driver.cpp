// Drives forests for benchmarks from C++: ours, and any peer's function of the same form.

#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "trees/model_file.hpp"
#include "trees/predictor.hpp"

namespace {

using namespace foxml::trees;

struct Driven {
    Forest forest;
    Predictor predictor;
    std::vector<double> scratch;

    Driven(Forest read, const KernelChoice& choice)
        : forest(std::move(read)), predictor(forest, choice), scratch(predictor.scratch_size()) {}
};

std::string last_error;
std::string last_text;

double seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Twice what the machine's last cache holds.
std::size_t evicting_bytes() {
    const long last = sysconf(_SC_LEVEL3_CACHE_SIZE);
    return std::max(std::size_t{64} << 20, 2 * static_cast<std::size_t>(std::max(last, 0L)));
}

/// Reads and writes more than all caches hold.
void evict() {
    static std::vector<std::uint64_t> other(evicting_bytes() / sizeof(std::uint64_t));
    for (std::size_t i = 0; i < other.size(); i += 8) {
        other[i] += i;
    }
}

}  // namespace

extern "C" {

/// Scores `count` rows that lie one after the other.
using Call = void (*)(void* context, const void* rows, std::int64_t count, double* scores);

__attribute__((visibility("default"))) const char* forest_error() { return last_error.c_str(); }

/// A forest with the kernels that it gets where no wider instructions than `isa` exist; null: as it is used.
__attribute__((visibility("default"))) void* forest_open(const char* path, const char* isa) try {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(file), {});
    KernelChoice choice = chosen_kernels();
    if (isa != nullptr) {
        choice.isa = foxml::isa_from(isa, foxml::widest_isa());
    }
    return new Driven(read_model_file(bytes, path), choice);
} catch (const std::exception& error) {
    last_error = error.what();
    return nullptr;
}

__attribute__((visibility("default"))) const char* forest_kernels(void* context) {
    const Predictor& predictor = static_cast<Driven*>(context)->predictor;
    last_text = std::string(predictor.row_kernel()) + "/" + std::string(predictor.batch_kernel());
    return last_text.c_str();
}

__attribute__((visibility("default"))) void forest_floats(void* context, const void* rows, std::int64_t count,
                                                          double* scores) {
    auto* const driven = static_cast<Driven*>(context);
    driven->predictor.predict_batch(static_cast<const float*>(rows), static_cast<std::size_t>(count),
                                    driven->scratch.data(), scores);
}

/// Seconds that the thread ran for `calls` calls of `count` rows each, going round `total` rows.
__attribute__((visibility("default"))) double forest_run(Call call, void* context, const char* rows,
                                                         std::int64_t row_bytes, std::int64_t total, std::int64_t count,
                                                         std::int64_t calls, double* scores) {
    std::int64_t at = 0;
    const double start = seconds();
    for (std::int64_t i = 0; i < calls; ++i) {
        call(context, rows + at * row_bytes, count, scores);
        at = at + 2 * count > total ? 0 : at + count;
    }
    return seconds() - start;
}

/// Ticks of the processor's clock for each of `calls` calls of one row; the caches are emptied before each if `cold`.
__attribute__((visibility("default"))) void forest_ticks(Call call, void* context, const char* rows,
                                                         std::int64_t row_bytes, std::int64_t total, std::int64_t calls,
                                                         int cold, double* scores, std::uint64_t* ticks) {
    unsigned ignored = 0;
    for (std::int64_t i = 0; i < calls; ++i) {
        if (cold != 0) {
            evict();
        }
        _mm_lfence();
        const std::uint64_t start = __rdtsc();
        call(context, rows + i % total * row_bytes, 1, scores);
        ticks[i] = __rdtscp(&ignored) - start;
        _mm_lfence();
    }
}

/// Ticks a second.
__attribute__((visibility("default"))) double forest_tick_rate() {
    timespec start{};
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &start);
    const std::uint64_t first = __rdtsc();
    double passed = 0.0;
    while (passed < 0.05) {
        clock_gettime(CLOCK_MONOTONIC, &now);
        passed =
            static_cast<double>(now.tv_sec - start.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec - start.tv_nsec);
    }
    return static_cast<double>(__rdtsc() - first) / passed;
}
}
