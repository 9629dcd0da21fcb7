#include "bars/csv_rows.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "bars/csv_number.hpp"
#include "bars/csv_time.hpp"
#include "core/errors.hpp"

namespace foxml::bars {

namespace {

constexpr std::size_t kPrices = 5;

[[nodiscard]] bool ends_a_cell(char c) noexcept { return c == ',' || c == '\n' || c == '\r'; }

/// Where a cell that nobody asks for ends; null where it is quoted.
[[nodiscard]] const char* skip_cell(const char* at, const char* end) noexcept {
    while (at != end && !ends_a_cell(*at)) {
        if (*at == '"') {
            return nullptr;
        }
        ++at;
    }
    return at;
}

/// Where a symbol ends; null where it is empty or has other characters than visible ones of ASCII.
[[nodiscard]] const char* symbol_end(const char* at, const char* end) noexcept {
    const char* const first = at;
    while (at != end && !ends_a_cell(*at)) {
        if (*at <= ' ' || *at > '~' || *at == '"') {
            return nullptr;
        }
        ++at;
    }
    return at == first ? nullptr : at;
}

/// Reads one line after another; each is read as a whole, or not at all.
class Lines {
   public:
    Lines(std::span<const CsvColumn> columns, CsvTime form, const CsvRows& out, CsvSymbols& symbols) noexcept
        : columns_(columns), form_(form), out_(out), symbols_(symbols), times_(form == CsvTime::offset) {}

    /// Returns where the next line begins; null where this one is not plain.
    [[nodiscard]] const char* read(const char* at, const char* end, std::size_t row) {
        for (std::size_t column = 0; column < columns_.size(); ++column) {
            at = read_cell(columns_[column], at, end, row);
            if (at == nullptr || at == end) {
                return nullptr;
            }
            if (column + 1 < columns_.size()) {
                if (*at != ',') {
                    return nullptr;
                }
                ++at;
            }
        }
        if (*at == '\r') {
            ++at;
        }
        return at != end && *at == '\n' ? at + 1 : nullptr;
    }

   private:
    [[nodiscard]] const char* read_cell(CsvColumn column, const char* at, const char* end, std::size_t row) {
        switch (column) {
            case CsvColumn::ignored:
                return skip_cell(at, end);
            case CsvColumn::time:
                return form_ == CsvTime::number ? read_whole(at, end, out_.time_ns[row])
                                                : times_.read(at, end, out_.time_ns[row]);
            case CsvColumn::vwap:
                if (at != end && ends_a_cell(*at)) {
                    out_.vwap[row] = std::numeric_limits<double>::quiet_NaN();
                    return at;
                }
                return read_decimal(at, end, out_.vwap[row]);
            case CsvColumn::symbol: {
                const char* const last = symbol_end(at, end);
                if (last != nullptr) {
                    out_.symbol[row] = symbols_.place_of({at, static_cast<std::size_t>(last - at)});
                }
                return last;
            }
            case CsvColumn::trade_count:
                return read_decimal(at, end, out_.trade_count[row]);
            default: {
                const auto price = static_cast<std::size_t>(column) - static_cast<std::size_t>(CsvColumn::open);
                return read_decimal(at, end, out_.ohlcv[kPrices * row + price]);
            }
        }
    }

    std::span<const CsvColumn> columns_;
    CsvTime form_;
    CsvRows out_;
    CsvSymbols& symbols_;
    CsvTimeReader times_;
};

}  // namespace

CsvSymbols::CsvSymbols(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
        static_cast<void>(place_of(name));
    }
}

std::int32_t CsvSymbols::place_of(std::string_view symbol) {
    if (last_ >= names_.size() || names_[last_] != symbol) {
        const auto [found, is_new] = places_.try_emplace(std::string(symbol), static_cast<std::int32_t>(names_.size()));
        if (is_new) {
            names_.emplace_back(symbol);
        }
        last_ = static_cast<std::size_t>(found->second);
    }
    return static_cast<std::int32_t>(last_);
}

CsvRead read_csv_rows(std::string_view text, std::span<const CsvColumn> columns, CsvTime form, const CsvRows& out,
                      CsvSymbols& symbols) {
    FOXML_ASSERT(std::count(columns.begin(), columns.end(), CsvColumn::time) == 1);
    // Behind the last line's end nothing is read, so a line that is not whole is never taken for a broken one.
    const std::size_t last = text.rfind('\n');
    const char* const begin = text.data();
    const char* const end = last == std::string_view::npos ? begin : begin + last + 1;
    Lines lines(columns, form, out, symbols);
    CsvRead done;
    const char* at = begin;
    while (at != end && done.rows < out.capacity) {
        const char* const next = lines.read(at, end, done.rows);
        if (next == nullptr) {
            done.plain = false;
            break;
        }
        at = next;
        ++done.rows;
    }
    done.bytes = static_cast<std::size_t>(at - begin);
    return done;
}

}  // namespace foxml::bars
