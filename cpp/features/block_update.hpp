#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "features/block_source.hpp"
#include "features/columns.hpp"
#include "features/interleaved.hpp"
#include "features/layout.hpp"

namespace foxml::features {

/// The next bar of each of eight symbols, for rings that have their last bar at the place before, and averages that
/// have their seeds behind them.
struct BlockUpdate {
    const Layout* layout;
    std::uint64_t* prefix;
    std::int64_t* extrema;
    double* smoothings;
    std::int64_t place;  ///< of the new bars
    std::int64_t interval_ns;
    std::array<IntegerBar, kBlockLanes> integer_bars;
    std::array<const IntegerBar*, kBlockLanes> integer_previous;
    BlockBars bars;
    BlockBars previous;
    alignas(64) BlockBars::Numbers index;        ///< of the new bars
    alignas(64) BlockBars::Numbers last_change;  ///< of the close, at the bar before
    alignas(64) std::array<BlockBars::Numbers, LastReturns{}.size()> last_returns;
    alignas(64) std::array<double, kBlockLanes> benchmark_ratio;
    alignas(64) std::array<double, kBlockLanes> price_grid;
    alignas(64) std::array<double, kBlockLanes> volume_unit;
};

// Columns that are computed bar by bar: what is no use to a vector, or too large for its shortest way.

/// Eight bars and the one before each.
struct BarPairs {
    std::array<const IntegerBar*, kBlockLanes> bars;
    std::array<const IntegerBar*, kBlockLanes> previous;
    const double* price_grid;
    const double* volume_unit;
    std::int64_t interval_ns;
};

void contribute_alone(const BarPairs& pairs, Column column, BlockBars::Numbers& values) noexcept;
void contribute_alone(const BarPairs& pairs, WideColumn column, const BlockBars::Numbers& log_returns,
                      BlockBars::Words& low, BlockBars::Words& high) noexcept;

/// Takes the bars into the rings; gives the r of each, which the symbols keep.
using UpdateBlockRings = void (*)(const BlockUpdate& update, BlockBars::Numbers& log_returns);

void update_rings_avx2(const BlockUpdate& update, BlockBars::Numbers& log_returns);
void update_rings_avx512(const BlockUpdate& update, BlockBars::Numbers& log_returns);

}  // namespace foxml::features
