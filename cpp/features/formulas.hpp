#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "core/int128.hpp"
#include "core/numerics.hpp"
#include "features/catalogue.hpp"
#include "features/columns.hpp"
#include "features/probe.hpp"
#include "features/view.hpp"

namespace foxml::features {

// A formula is a captureless lambda over a view and the row's integers: plain ones, or with `auto` vectors of them too
// (a lane is then a choice of the parameters; sums alone make other windows and lags of them). It is pure, it reads
// everything before it decides anything by value (a Probe must see the reads), and where it has no value it gives NaN,
// never a made-up 0.

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kLn2 = 6.93147180559945286227e-01;
inline constexpr double kPi = 3.14159265358979323846;

/// An integer of the row, for arithmetic that needs 64 bits.
[[nodiscard]] constexpr std::int64_t integer(int n) noexcept { return n; }
/// 1 + 2 + ... + n
[[nodiscard]] constexpr std::int64_t triangle(int n) noexcept { return integer(n) * (n + 1) / 2; }

[[nodiscard]] constexpr double real(std::int64_t x) noexcept { return static_cast<double>(x); }
[[nodiscard]] constexpr double real(Int128 x) noexcept { return to_double(x); }

// Decisions by value, in one form for numbers and for vectors of them.

template <typename T>
[[nodiscard]] constexpr T select(bool condition, T yes, T no) noexcept {
    return condition ? yes : no;
}
template <typename T>
[[nodiscard]] constexpr T larger(T a, T b) noexcept {
    return a > b ? a : b;
}
template <typename T>
[[nodiscard]] constexpr T smaller(T a, T b) noexcept {
    return b > a ? a : b;
}
template <typename T>
[[nodiscard]] constexpr T magnitude(T x) noexcept {
    return x < T{} ? -x : x;
}

// Arithmetic modulo 2^64, of wide integers modulo 2^128.

[[nodiscard]] constexpr std::int64_t wrapping_product(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
[[nodiscard]] constexpr std::int64_t wrapping_difference(std::int64_t a, std::int64_t b) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

[[nodiscard]] constexpr Int128 wrapping_product(int a, Int128 b) noexcept {
    return static_cast<Int128>(static_cast<UInt128>(a) * static_cast<UInt128>(b));
}
[[nodiscard]] constexpr Int128 wrapping_difference(Int128 a, Int128 b) noexcept {
    return static_cast<Int128>(static_cast<UInt128>(a) - static_cast<UInt128>(b));
}

/// a / b, undefined where b is 0.
[[nodiscard]] constexpr double ratio(double a, double b) noexcept { return b == 0.0 ? kNaN : a / b; }
[[nodiscard]] constexpr double ratio(std::int64_t a, std::int64_t b) noexcept { return ratio(real(a), real(b)); }
[[nodiscard]] constexpr double ratio(Int128 a, Int128 b) noexcept { return ratio(real(a), real(b)); }

/// Square root, undefined below 0. Correctly rounded by IEEE 754 on every machine.
[[nodiscard]] inline double root(double x) noexcept { return x >= 0.0 ? std::sqrt(x) : kNaN; }

/// ln(a / b).
[[nodiscard]] inline double log_ratio(std::int64_t a, std::int64_t b) noexcept { return log(real(a) / real(b)); }

/// n^2 times the population variance of a column, exact: n sum(x^2) - sum(x)^2. It is below 2^127 though n sum(x^2)
/// need not be.
template <typename V, typename N, typename Lag = int>
[[nodiscard]] auto dispersion(const V& v, Column x, WideColumn square, N n, Lag lag = 0) {
    const auto sum = v.sum(x, n, lag);
    return wrapping_difference(wrapping_product(n, v.sum(square, n, lag)), product(sum, sum));
}

/// Sample standard deviation (ddof 1), in units of the column.
template <typename V, typename N, typename Lag = int>
[[nodiscard]] auto deviation(const V& v, Column x, WideColumn square, N n, Lag lag = 0) {
    return root(real(dispersion(v, x, square, n, lag)) / (real(integer(n) * (n - 1))));
}

/// Sample standard deviation of log returns.
template <typename V, typename N, typename Lag = int>
[[nodiscard]] auto return_deviation(const V& v, N n, Lag lag = 0) {
    return deviation(v, Column::log_return, WideColumn::return_square, n, lag) * kLogUnit;
}

/// The closes of a window and their places in it, exact. The oldest of n bars has place j = 0:
///
///     total     sum C_j
///     weighted  sum j C_j = sum (t C) - t_0 total     modulo 2^64, whatever t counts from
template <typename Int>
struct TimeSums {
    Int total;
    Int weighted;
};

template <typename V, typename N, typename Lag = int>
[[nodiscard]] auto time_sums(const V& v, N n, Lag lag = 0) {
    const auto total = v.sum(Column::close, n, lag);
    const auto oldest = v.index() - lag - n + 1;
    return TimeSums<decltype(total + total)>{
        total, wrapping_difference(v.sum(Column::close_time, n, lag), wrapping_product(oldest, total))};
}

/// The least-squares line through the last n closes, in grid units a bar.
template <typename Real, typename Constant>
struct LineFit {
    Real slope;
    Real mean_minus_close;
    Constant time_square;  ///< sum of the squared distances of the places from their mean
};

template <typename V, typename N>
[[nodiscard]] auto fit_line(const V& v, N n) {
    const auto sums = time_sums(v, n);
    const auto together = 0.5 * real(2 * sums.weighted - (n - 1) * sums.total);
    const auto time_square = real(integer(n) * (integer(n) * n - 1)) / 12.0;
    return LineFit<decltype(together + together), decltype(time_square + time_square)>{
        together / time_square, real(sums.total - n * v.bar().close) / n, time_square};
}

// Formulas that the groups share with the higher timeframes.

/// ln(C / C_a)
inline constexpr auto ret_log = [](const auto& v, const auto& p) { return log_ratio(v.bar().close, v.close(p.a)); };

/// C / SMA_a(C) - 1 = (a C - sum) / sum
inline constexpr auto sma_dist = [](const auto& v, const auto& p) {
    const auto sum = v.sum(Column::close, p.a);
    return ratio(p.a * v.bar().close - sum, sum);
};

/// (x - mean_a(x)) / sd_a(x), x = ln(1 + V), ddof 1
inline constexpr auto volume_z = [](const auto& v, const auto& p) {
    const auto from_mean = product(p.a, v.sum(Column::log_volume, 1)) - v.sum(Column::log_volume, p.a);
    const auto deviated = deviation(v, Column::log_volume, WideColumn::log_volume_square, p.a);
    return ratio(real(from_mean) / p.a, deviated);
};

/// ATR_a / C
inline constexpr auto natr = [](const auto& v, const auto& p) {
    return v.rma(Series::true_range, p.a) / real(v.bar().close);
};

/// 100 U / (U + D), Wilder averages of gains and losses
inline constexpr auto rsi = [](const auto& v, const auto& p) {
    const auto up = v.rma(Series::gain, p.a);
    const auto down = v.rma(Series::loss, p.a);
    return ratio(100.0 * up, up + down);
};

/// EMA_fast - EMA_slow of the close
template <typename V, typename N>
[[nodiscard]] auto macd_line(const V& v, N fast, N slow) {
    return v.ema(Series::close, fast) - v.ema(Series::close, slow);
}

/// (M - EMA_c(M)) / C, M = EMA_a - EMA_b
inline constexpr auto macd_hist_n = [](const auto& v, const auto& p) {
    return (macd_line(v, p.a, p.b) - v.ema({Series::macd_line, p.a, p.b}, p.c)) / real(v.bar().close);
};

// Parameters of rows. A window counts bars, a lag too; a length is the n of a recursive average.

inline constexpr int kWindowMax = 1024;
inline constexpr int kLengthMax = 255;

[[nodiscard]] constexpr Parameter window(std::string_view name, int bars) noexcept {
    return {name, bars, 2, kWindowMax};
}
[[nodiscard]] constexpr Parameter window(int bars) noexcept { return window("w", bars); }
/// Of deviations of logarithms that go from one end of what a bar may be to the other: see kWideLogsMax.
[[nodiscard]] constexpr Parameter wide_logs_window(int bars) noexcept { return {"w", bars, 2, kWideLogsMax}; }
[[nodiscard]] constexpr Parameter lag(std::string_view name, int bars) noexcept { return {name, bars, 1, kWindowMax}; }
[[nodiscard]] constexpr Parameter length(std::string_view name, int n) noexcept { return {name, n, 1, kLengthMax}; }
[[nodiscard]] constexpr Parameter length(int n) noexcept { return length("n", n); }
/// What a decay keeps of the old value at each bar, in percent.
[[nodiscard]] constexpr Parameter percent(int kept) noexcept { return {"percent", kept, 50, 99}; }
/// Part of what the formula is: no plan may set it otherwise.
[[nodiscard]] constexpr Parameter fixed(std::string_view name, int value) noexcept {
    return {name, value, value, value};
}

}  // namespace foxml::features

// What a table is made of, where a file compiles the formulas for something else.
#if defined(FOXML_ROWS)
#include FOXML_ROWS
#else
#include "features/feature_rows.hpp"
#endif
