#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace foxml::bars {

/// Bars, or trades, that higher ones are made of: five columns, each with as many doubles from row to row.
struct Parts {
    std::size_t count = 0;
    const double* open = nullptr;
    const double* high = nullptr;
    const double* low = nullptr;
    const double* close = nullptr;
    const double* volume = nullptr;
    std::size_t stride = 1;
    const double* vwap = nullptr;               ///< stride 1; null where prices are not weighed
    const std::int64_t* trade_count = nullptr;  ///< stride 1; null where trades are not counted
};

/// Where groups are put; `vwap` and `trade_count` as the parts have them.
struct Groups {
    double* ohlcv = nullptr;  ///< (groups, 5)
    double* vwap = nullptr;
    std::int64_t* trade_count = nullptr;
};

/// Make one bar of all parts from each of `first` up to the next one.
///
/// Sums run in the order of the parts, each rounded before the next is added, as a stream that sees one after the other
/// rounds them. The vwap is NaN where a group has no volume, and where a part with volume has none.
///
/// @param first ascending, the first one 0; empty where there are no parts
void group_parts(const Parts& parts, std::span<const std::int64_t> first, const Groups& out);

}  // namespace foxml::bars
