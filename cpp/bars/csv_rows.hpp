#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace foxml::bars {

/// What a column of a CSV table is to a bar.
enum class CsvColumn : std::uint8_t { ignored, time, open, high, low, close, volume, vwap, trade_count };

inline constexpr std::size_t kCsvColumns = 9;

/// How the times of a table are written: a date and time without an offset from UTC, with one, or a whole number.
enum class CsvTime : std::uint8_t { local, offset, number };

/// Where rows are put. `vwap` and `trade_count` are there if a column is one.
struct CsvRows {
    std::int64_t* time_ns = nullptr;  ///< (capacity,); with an offset in UTC; of numbers, the number
    double* ohlcv = nullptr;          ///< (capacity, 5)
    double* vwap = nullptr;           ///< (capacity,); NaN where the cell is empty
    double* trade_count = nullptr;    ///< (capacity,)
    std::size_t capacity = 0;
};

/// What was read: so many whole lines, which are so many bytes, and whether the line after them is plain as well.
struct CsvRead {
    std::size_t rows = 0;
    std::size_t bytes = 0;
    bool plain = true;
};

/// Read the lines of a table until one is not plain, the rows are full, or what is left has no line's end.
///
/// Plain is what nobody needs to think about: no quotes, no blanks, no empty cell but a vwap's, as many cells as there
/// are columns, dates from 1900 to 2199 in ISO form, numbers in digits. Any other line is for a reader that can say
/// what is wrong with it. Numbers are the doubles nearest to the decimals, as a correct reader's are.
///
/// @param columns what each column of the table is; one of them is the time
[[nodiscard]] CsvRead read_csv_rows(std::string_view text, std::span<const CsvColumn> columns, CsvTime form,
                                    const CsvRows& out);

}  // namespace foxml::bars
