#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace foxml::bars {

/// Rows of one symbol as a source gave them; `vwap` and `trade_count` may be null.
struct RowColumns {
    std::size_t count = 0;
    const std::int64_t* start_ns = nullptr;
    const double* ohlcv = nullptr;  ///< (count, 5)
    const double* vwap = nullptr;
    const std::int64_t* trade_count = nullptr;
};

/// Sessions of a calendar, ascending, each open before its close, and the moments that it speaks of.
struct Sessions {
    std::span<const std::int64_t> open_ns;
    std::span<const std::int64_t> close_ns;
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
};

/// Where bars are put, with room for every row; `vwap` and `trade_count` as the rows have them.
struct BarColumns {
    std::int64_t* close_ns = nullptr;
    std::int64_t* session_open_ns = nullptr;
    std::int64_t* session_close_ns = nullptr;
    double* ohlcv = nullptr;
    double* vwap = nullptr;
    std::int64_t* trade_count = nullptr;
    std::uint8_t* zero_volume = nullptr;  ///< 1 where a bar has none
};

/// What became of rows that nothing is wrong with.
struct Placed {
    std::size_t bars = 0;
    std::size_t outside = 0;      ///< in no session
    std::size_t off_grid = 0;     ///< in a session, and on no whole interval
    std::size_t zero_volume = 0;  ///< of all rows, those left out included
};

/// Give each row its close and its session, and leave out those outside sessions and off the grid.
///
/// Nothing if any row is not what a bar must be (finite, prices positive, high and low around the others, volume not
/// negative), not later than the one before it, outside what the calendar speaks of, or would end when the one before
/// it did: then it is for the policies, which look at one thing after another over all rows.
///
/// @param interval_ns shorter than a day, longer than 0
[[nodiscard]] std::optional<Placed> place_rows(const RowColumns& rows, const Sessions& sessions,
                                               std::int64_t interval_ns, const BarColumns& out);

/// Places at which a run of neighbours of one day begins; none of no times.
[[nodiscard]] std::vector<std::int64_t> day_starts(std::span<const std::int64_t> time_ns);

}  // namespace foxml::bars
