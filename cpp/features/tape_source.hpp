#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "features/bar.hpp"
#include "features/interleaved.hpp"
#include "features/layout.hpp"
#include "features/plan.hpp"

namespace foxml::features {

// Consecutive bars of one symbol, each number along time: a pointer is to the number of a stretch's first bar, with
// those of the bars before it ahead of it.
//
//     close      .. c-2 c-1 | c0 c1 c2 c3 c4 c5 c6 c7 | c8 ..
//                             one vector holds a number of eight bars, and the same `lag` bars before is one load
//
// Up to the next multiple of eight a stretch goes on with bars that count for nothing.

/// Eight averages that move on together, one in each lane.
struct SmoothingGroup {
    alignas(64) std::array<double, kBlockLanes> alpha;
    std::array<const double*, kBlockLanes> inputs;
    std::array<double*, kBlockLanes> values;
    bool same_input;  ///< of all eight
};

/// An input that is made of two averages.
struct SmoothingInput {
    Series series;
    const double* first;
    const double* second;
    double* input;
};

/// Averages none of which reads another, and the inputs that are made for them before.
struct SmoothingStage {
    std::span<const SmoothingInput> inputs;
    std::span<const SmoothingGroup> groups;
};

/// Where gauges have what formulas read of them.
struct GaugeTape {
    int output;
    double* values;
};

struct TapeSource {
    const Layout* layout;
    Scale scale;
    std::int64_t interval_ns;
    std::int64_t first_index;  ///< of the stretch's first bar
    std::size_t count;         ///< of its bars

    std::int64_t* close_ns;
    std::int64_t* session_open_ns;
    std::int64_t* session_close_ns;
    std::int64_t* open;
    std::int64_t* high;
    std::int64_t* low;
    std::int64_t* close;
    std::int64_t* volume;
    double* benchmark_ratio;
    std::int64_t* log_returns;
    const IntegerBar* bars;

    std::uint64_t* const* prefix;         ///< of each word of a row
    std::int64_t* const* extrema;         ///< of each word of a row
    std::int64_t* const* moments;         ///< index of the bar that has the extreme; null where nobody asks
    std::array<double*, kSeries> series;  ///< null where no average is taken of it
    std::span<const SmoothingStage> stages;
    double* const* smoothings;       ///< of each slot, by its offset
    const GaugeTape* const* gauges;  ///< of each gauge: what is read of it
    const float* const* cells;       ///< of each entry that is computed bar by bar, else null
};

/// Takes the stretch's bars, r and all that is made of them into its tapes, but for what the symbol keeps for itself.
using UpdateTapes = void (*)(const TapeSource& source);

void update_tapes_avx2(const TapeSource& source);
void update_tapes_avx512(const TapeSource& source);

/// Where rows go, and memory to make them in.
struct RowTarget {
    static constexpr std::size_t kColumnFloats = 272;  ///< of a stretch, and some so that columns do not collide
    static constexpr std::size_t kRowsTogether = 16;

    float* columns;  ///< kColumnFloats of each entry
    float* turned;   ///< kRowsTogether rows
    float* rows;
    bool streamed;  ///< past the caches: what is read later
};

/// The rows of `count` bars of the stretch from bar `first` on, one after the other, each of all entries.
using WriteTapeRows = void (*)(const TapeSource& source, std::span<const Plan::Entry> entries, std::size_t first,
                               std::size_t count, const RowTarget& target);

void write_tape_rows_avx2(const TapeSource& source, std::span<const Plan::Entry> entries, std::size_t first,
                          std::size_t count, const RowTarget& target);
void write_tape_rows_avx512(const TapeSource& source, std::span<const Plan::Entry> entries, std::size_t first,
                            std::size_t count, const RowTarget& target);

}  // namespace foxml::features
