#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "features/bar.hpp"
#include "features/gauge_spec.hpp"
#include "features/interleaved.hpp"
#include "features/layout.hpp"
#include "features/plan.hpp"

namespace foxml::features {

class SymbolState;

/// A bar of each symbol of a block, number by number.
struct BlockBars {
    using Numbers = std::array<std::int64_t, kBlockLanes>;
    using Words = std::array<std::uint64_t, kBlockLanes>;

    alignas(64) Numbers close_ns;
    alignas(64) Numbers session_open_ns;
    alignas(64) Numbers session_close_ns;
    alignas(64) Numbers open;
    alignas(64) Numbers high;
    alignas(64) Numbers low;
    alignas(64) Numbers close;
    alignas(64) Numbers volume;

    void set(std::size_t lane, const IntegerBar& bar) noexcept;
};

/// What the formulas of eight symbols read, where all have their last bar at the same place of the rings.
struct BlockSource {
    const Layout* layout;
    const std::uint64_t* prefix;
    const std::int64_t* extrema;
    const double* smoothings;
    const BlockBars::Numbers* searches;  ///< bars since the extreme in each of the layout's windows; null if not known
    std::int64_t place;
    std::array<const SymbolState*, kBlockLanes> states;
    BlockBars bars;
    BlockBars previous;
    alignas(64) BlockBars::Numbers index;
    alignas(64) std::array<double, kBlockLanes> price_grid;
    alignas(64) std::array<double, kBlockLanes> volume_unit;
};

// What each symbol keeps for itself, read eight times.

void read_gauge(const BlockSource& source, GaugeKind kind, const Params& params, int output, double* values) noexcept;
void read_since(const BlockSource& source, Extremum extremum, int window, std::int64_t* bars) noexcept;
void run_alone(const BlockSource& source, const Plan::Entry& entry, double* cells) noexcept;

/// The rows of eight symbols: each entry's cell in double, rounded once. Row k begins at rows + k row_stride.
using WriteBlockRows = void (*)(const BlockSource& source, std::span<const Plan::Entry> entries, float* rows,
                                std::size_t row_stride);

void write_rows_avx2(const BlockSource& source, std::span<const Plan::Entry> entries, float* rows,
                     std::size_t row_stride);
void write_rows_avx512(const BlockSource& source, std::span<const Plan::Entry> entries, float* rows,
                       std::size_t row_stride);

}  // namespace foxml::features
