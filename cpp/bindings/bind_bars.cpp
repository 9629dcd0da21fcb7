#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "bars/csv_rows.hpp"
#include "bars/groups.hpp"
#include "bars/session_rows.hpp"
#include "bindings/bar_arrays.hpp"
#include "bindings/bindings.hpp"
#include "core/errors.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

using Bytes = py::array_t<std::uint8_t, py::array::c_style>;

template <typename Value>
using Array = py::array_t<Value, py::array::c_style>;

[[nodiscard]] std::span<const std::int64_t> span_of(const Int64s& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
}

/// The place of an optional array's first element; null where it is none.
template <typename Value>
[[nodiscard]] Value* writable(std::optional<Array<Value>>& array, const char* name, py::ssize_t count) {
    if (!array) {
        return nullptr;
    }
    check_shape(name, *array, {count});
    return array->mutable_data();
}

template <typename Value>
[[nodiscard]] const Value* readable(const std::optional<Array<Value>>& array, const char* name, py::ssize_t count) {
    if (!array) {
        return nullptr;
    }
    check_shape(name, *array, {count});
    return array->data();
}

/// A new array with a row for each of the other's; none where that is none.
template <typename Value>
[[nodiscard]] std::optional<Array<Value>> like(const std::optional<Array<Value>>& other, py::ssize_t count) {
    return other ? std::optional<Array<Value>>(Array<Value>(count)) : std::nullopt;
}

[[nodiscard]] std::vector<bars::CsvColumn> csv_columns(const std::vector<int>& columns,
                                                       const std::array<bool, bars::kCsvColumns>& wanted) {
    std::vector<bars::CsvColumn> made;
    std::vector<int> seen(bars::kCsvColumns);
    for (const int column : columns) {
        if (column < 0 || column >= static_cast<int>(bars::kCsvColumns)) {
            throw InvalidInput("columns: expected numbers from 0 to 9, found " + std::to_string(column));
        }
        made.push_back(static_cast<bars::CsvColumn>(column));
        ++seen[static_cast<std::size_t>(column)];
    }
    for (std::size_t column = 1; column < bars::kCsvColumns; ++column) {
        if (seen[column] != (wanted[column] ? 1 : 0)) {
            throw InvalidInput("columns: " + std::to_string(column) + " stands there " + std::to_string(seen[column]) +
                               " times, expected another number of it");
        }
    }
    return made;
}

using CsvTuple = std::tuple<std::size_t, std::size_t, bool, std::vector<std::string>>;

/// The place of an optional array's row; null where it is none.
template <typename Value>
[[nodiscard]] Value* writable_from(std::optional<Array<Value>>& array, const char* name, py::ssize_t count,
                                   std::size_t row) {
    Value* const first = writable(array, name, count);
    return first == nullptr ? nullptr : first + row;
}

CsvTuple csv_rows(const Bytes& text, std::size_t text_bytes, const std::vector<int>& columns, int form,
                  std::size_t first_row, Int64s& time_ns, Doubles& ohlcv, std::optional<Doubles>& vwap,
                  std::optional<Doubles>& trade_count, std::optional<Array<std::int32_t>>& symbol,
                  const std::vector<std::string>& symbols) {
    const py::ssize_t n = time_ns.size();
    const auto capacity = static_cast<std::size_t>(n);
    check_shape("time_ns", time_ns, {n});
    check_shape("ohlcv", ohlcv, {n, 5});
    if (first_row > capacity || text_bytes > static_cast<std::size_t>(text.size()) || form < 0 ||
        form > static_cast<int>(bars::CsvTime::number)) {
        throw InvalidInput("first_row, text_bytes or form lies beyond what there is");
    }
    const bars::CsvRows out{time_ns.mutable_data() + first_row,
                            ohlcv.mutable_data() + 5 * first_row,
                            writable_from(vwap, "vwap", n, first_row),
                            writable_from(trade_count, "trade_count", n, first_row),
                            writable_from(symbol, "symbol", n, first_row),
                            capacity - first_row};
    const std::vector<bars::CsvColumn> kinds = csv_columns(
        columns,
        {false, true, true, true, true, true, true, vwap.has_value(), trade_count.has_value(), symbol.has_value()});
    const std::string_view lines(reinterpret_cast<const char*>(text.data()), text_bytes);
    const py::gil_scoped_release release;
    bars::CsvSymbols met(symbols);
    const bars::CsvRead done = bars::read_csv_rows(lines, kinds, static_cast<bars::CsvTime>(form), out, met);
    return {done.rows, done.bytes, done.plain, met.names()};
}

using BarTuple = std::tuple<Int64s, Int64s, Int64s, Doubles, std::optional<Doubles>, std::optional<Int64s>, Bytes,
                            std::size_t, std::size_t, std::size_t, std::size_t>;

std::optional<BarTuple> place_rows(const Int64s& start_ns, const Doubles& ohlcv, const std::optional<Doubles>& vwap,
                                   const std::optional<Int64s>& trade_count, const Int64s& open_ns,
                                   const Int64s& close_ns, std::int64_t first_ns, std::int64_t last_ns,
                                   std::int64_t interval_ns) {
    const py::ssize_t n = start_ns.size();
    check_shape("start_ns", start_ns, {n});
    check_shape("ohlcv", ohlcv, {n, 5});
    check_shape("close_ns", close_ns, {open_ns.size()});
    constexpr std::int64_t kDayNs = 86'400'000'000'000;
    if (interval_ns <= 0 || interval_ns >= kDayNs) {
        throw InvalidInput("interval_ns: expected less than a day, found " + std::to_string(interval_ns));
    }
    const bars::RowColumns rows{static_cast<std::size_t>(n), start_ns.data(), ohlcv.data(), readable(vwap, "vwap", n),
                                readable(trade_count, "trade_count", n)};
    const bars::Sessions sessions{span_of(open_ns), span_of(close_ns), first_ns, last_ns};
    Int64s closes(n);
    Int64s opens(n);
    Int64s ends(n);
    Doubles values({n, py::ssize_t{5}});
    std::optional<Doubles> prices = like(vwap, n);
    std::optional<Int64s> trades = like(trade_count, n);
    Bytes empty(n);
    const bars::BarColumns out{closes.mutable_data(), opens.mutable_data(),        ends.mutable_data(),
                               values.mutable_data(), writable(prices, "vwap", n), writable(trades, "trade_count", n),
                               empty.mutable_data()};
    std::optional<bars::Placed> placed;
    {
        const py::gil_scoped_release release;
        placed = bars::place_rows(rows, sessions, interval_ns, out);
    }
    if (!placed) {
        return std::nullopt;
    }
    return BarTuple{closes,
                    opens,
                    ends,
                    values,
                    prices,
                    trades,
                    empty,
                    placed->bars,
                    placed->outside,
                    placed->off_grid,
                    placed->zero_volume};
}

Int64s day_starts(const Int64s& time_ns) {
    std::vector<std::int64_t> starts;
    {
        const py::gil_scoped_release release;
        starts = bars::day_starts(span_of(time_ns));
    }
    return Int64s(static_cast<py::ssize_t>(starts.size()), starts.data());
}

void check_groups(const Int64s& first, py::ssize_t count) {
    const std::span<const std::int64_t> places = span_of(first);
    std::int64_t before = -1;
    for (const std::int64_t place : places) {
        if (place <= before || place >= count) {
            throw InvalidInput("first: expected ascending places below " + std::to_string(count));
        }
        before = place;
    }
    if (places.empty() ? count != 0 : places[0] != 0) {
        throw InvalidInput("first: expected the first group to begin at 0");
    }
}

using GroupTuple = std::tuple<Doubles, std::optional<Doubles>, std::optional<Int64s>>;

GroupTuple grouped(const bars::Parts& parts, const Int64s& first, const std::optional<Doubles>& vwap,
                   const std::optional<Int64s>& trade_count) {
    check_groups(first, static_cast<py::ssize_t>(parts.count));
    const py::ssize_t groups = first.size();
    Doubles values({groups, py::ssize_t{5}});
    std::optional<Doubles> prices = like(vwap, groups);
    std::optional<Int64s> trades = like(trade_count, groups);
    const bars::Groups out{values.mutable_data(), writable(prices, "vwap", groups),
                           writable(trades, "trade_count", groups)};
    {
        const py::gil_scoped_release release;
        bars::group_parts(parts, span_of(first), out);
    }
    return {values, prices, trades};
}

GroupTuple group_bars(const Doubles& ohlcv, const std::optional<Doubles>& vwap,
                      const std::optional<Int64s>& trade_count, const Int64s& first) {
    const py::ssize_t n = ohlcv.ndim() == 2 ? ohlcv.shape(0) : 0;
    check_shape("ohlcv", ohlcv, {n, 5});
    const double* const at = ohlcv.data();
    const bars::Parts parts{static_cast<std::size_t>(n),
                            at,
                            at + 1,
                            at + 2,
                            at + 3,
                            at + 4,
                            5,
                            readable(vwap, "vwap", n),
                            readable(trade_count, "trade_count", n)};
    return grouped(parts, first, vwap, trade_count);
}

GroupTuple group_trades(const Doubles& price, const Doubles& size, const std::optional<Int64s>& trade_count,
                        const Int64s& first) {
    const py::ssize_t n = price.size();
    check_shape("price", price, {n});
    check_shape("size", size, {n});
    const double* const at = price.data();
    const bars::Parts parts{
        static_cast<std::size_t>(n), at, at, at, at, size.data(), 1, at, readable(trade_count, "trade_count", n)};
    return grouped(parts, first, price, trade_count);
}

}  // namespace

void bind_bars(py::module_& module) {
    module.def(
        "csv_rows", &csv_rows, py::arg("text").noconvert(), py::arg("text_bytes"), py::arg("columns"), py::arg("form"),
        py::arg("first_row"), py::arg("time_ns").noconvert(), py::arg("ohlcv").noconvert(), py::arg("vwap").noconvert(),
        py::arg("trade_count").noconvert(), py::arg("symbol").noconvert(), py::arg("symbols"),
        "Lines of a CSV table into arrays, from a row on: (rows, bytes, whether the next line is plain, symbols).");
    module.def("place_rows", &place_rows, py::arg("start_ns"), py::arg("ohlcv"), py::arg("vwap"),
               py::arg("trade_count"), py::arg("open_ns"), py::arg("close_ns"), py::arg("first_ns"), py::arg("last_ns"),
               py::arg("interval_ns"), "Rows that nothing is wrong with, each with its close and session; else None.");
    module.def("day_starts", &day_starts, py::arg("time_ns"), "Places at which another day begins.");
    module.def("group_bars", &group_bars, py::arg("ohlcv"), py::arg("vwap"), py::arg("trade_count"), py::arg("first"),
               "One bar of all bars from each place up to the next.");
    module.def("group_trades", &group_trades, py::arg("price"), py::arg("size"), py::arg("trade_count"),
               py::arg("first"), "One bar of all trades from each place up to the next.");
}

}  // namespace foxml::bindings
