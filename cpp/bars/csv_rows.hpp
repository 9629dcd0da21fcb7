#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace foxml::bars {

/// What a column of a CSV table is to a bar.
enum class CsvColumn : std::uint8_t { ignored, time, open, high, low, close, volume, vwap, trade_count, symbol };

inline constexpr std::size_t kCsvColumns = 10;

/// How the times of a table are written: a date and time without an offset from UTC, with one, or a whole number.
enum class CsvTime : std::uint8_t { local, offset, number };

/// Where rows are put. `vwap`, `trade_count` and `symbol` are there if a column is one.
struct CsvRows {
    std::int64_t* time_ns = nullptr;  ///< (capacity,); with an offset in UTC; of numbers, the number
    double* ohlcv = nullptr;          ///< (capacity, 5)
    double* vwap = nullptr;           ///< (capacity,); NaN where the cell is empty
    double* trade_count = nullptr;    ///< (capacity,)
    std::int32_t* symbol = nullptr;   ///< (capacity,); places among the symbols
    std::size_t capacity = 0;
};

/// What was read: so many whole lines, which are so many bytes, and whether the line after them is plain as well.
struct CsvRead {
    std::size_t rows = 0;
    std::size_t bytes = 0;
    bool plain = true;
};

/// Symbols of rows by the order in which they were first met.
class CsvSymbols {
   public:
    CsvSymbols() = default;

    /// @param names symbols that were met before
    explicit CsvSymbols(const std::vector<std::string>& names);

    /// The place of a symbol, which is put behind the others where it is new.
    [[nodiscard]] std::int32_t place_of(std::string_view symbol);

    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

   private:
    std::vector<std::string> names_;
    std::unordered_map<std::string, std::int32_t> places_;
    std::size_t last_ = 0;  ///< rows of one symbol mostly follow one another
};

/// Read the lines of a table until one is not plain, the rows are full, or what is left has no line's end.
///
/// Plain is what nobody needs to think about: no quotes, no blanks, no empty cell but a vwap's, as many cells as there
/// are columns, dates from 1900 to 2199 in ISO form, numbers in digits, symbols in visible ASCII. Any other line is for
/// a reader that can say what is wrong with it. Numbers are the doubles nearest to the decimals, as a correct reader's
/// are.
///
/// @param columns what each column of the table is; one of them is the time
[[nodiscard]] CsvRead read_csv_rows(std::string_view text, std::span<const CsvColumn> columns, CsvTime form,
                                    const CsvRows& out, CsvSymbols& symbols);

}  // namespace foxml::bars
