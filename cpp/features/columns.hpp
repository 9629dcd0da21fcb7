#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "core/int128.hpp"
#include "features/bar.hpp"

namespace foxml::features {

/// What a bar adds to the 64-bit prefix sums. Prices in grid units, volume in volume units, logarithms at 2^-50.
///
/// A sum that wraps is no error: a difference of two prefixes is right modulo 2^64, and the true sum of a window fits.
enum class Column : std::uint8_t {
    close,
    close_time,  ///< bar index times close
    high_low,    ///< H + L
    range,       ///< H - L
    body,        ///< |C - O|
    volume,
    log_volume,     ///< ln(1 + V), V in shares
    log_body,       ///< ln(C / O)
    traded,         ///< 1 where V > 0
    ups,            ///< 1 where C > C1
    change,         ///< |C - C1|
    true_range,     ///< max(H, C1) - min(L, C1)
    buying,         ///< C - min(L, C1)
    vortex_up,      ///< |H - L1|
    vortex_down,    ///< |L - H1|
    signed_volume,  ///< V times the sign of C - C1
    volume_up,      ///< max(V - V1, 0)
    volume_change,  ///< |V - V1|
    log_return,     ///< r = ln(C / C1)
    abs_return,     ///< |r|
    return_2,       ///< the sum of the last 2 r, and so on
    return_4,
    return_5,
    return_8,
    return_16,
    sign_word,          ///< 1 at byte s of 8, s the word of three bits: 1 where r > 0, now and at the two bars before
    log_gap,            ///< ln(O / C1)
    simple_return,      ///< C / C1 - 1; read bar by bar, the sum of large ones need not fit
    log_volume_change,  ///< ln((1 + V) / (1 + V1)), V in shares
    high_low_spread,    ///< of Corwin and Schultz, from this bar and the one before
    grid_steps,         ///< from the bar before, on the grid that the interval makes of the sessions
    benchmark_present,  ///< 1 where the benchmark has a close now and had one at the bar before
    benchmark_return,   ///< b = ln(B / B1), B1 at the symbol's bar before; 0 where it is not present
    count,
};
inline constexpr std::size_t kColumns = static_cast<std::size_t>(Column::count);

/// What a bar adds to the 128-bit prefix sums: products.
enum class WideColumn : std::uint8_t {
    close_square,
    typical_volume,  ///< (H + L + C) V
    close_volume,
    log_range_square,   ///< ln(H / L)^2
    log_body_square,    ///< ln(C / O)^2
    log_volume_square,  ///< ln(1 + V)^2
    rogers_satchell,    ///< ln(H/C) ln(H/O) + ln(L/C) ln(L/O)
    location_volume,    ///< V times where the close lies in the range, from -1 to 1, at 2^-60
    close_log_volume,   ///< C ln(1 + V)
    flow_up,            ///< (H + L + C) V where H + L + C rose
    flow_down,          ///< and where it fell
    return_square,      ///< r^2
    downside_square,    ///< min(r, 0)^2
    log_gap_square,     ///< ln(O / C1)^2
    return_volume,      ///< (C / C1 - 1) V at 2^-60
    illiquidity,        ///< 1e12 |r| / (C V), C V in dollars, at 2^-60; 0 where V = 0
    return_lag1,        ///< r times the r before
    return_lag5,        ///< r times the r five bars before
    abs_return_lag1,    ///< |r| times the |r| before
    return_2_square,    ///< the square of the sum of the last 2 r, and so on
    return_4_square,
    return_5_square,
    return_8_square,
    return_16_square,
    change_lag1,        ///< C - C1 times the C - C1 before
    benchmark_square,   ///< b^2
    benchmark_product,  ///< r b
    count,
};
inline constexpr std::size_t kWideColumns = static_cast<std::size_t>(WideColumn::count);

[[nodiscard]] constexpr bool reads_benchmark(Column column) noexcept {
    return column == Column::benchmark_present || column == Column::benchmark_return;
}
[[nodiscard]] constexpr bool reads_benchmark(WideColumn column) noexcept {
    return column == WideColumn::benchmark_square || column == WideColumn::benchmark_product;
}

/// 0-based index of the first bar on which a column has its meaning: the previous bars that it reads.
[[nodiscard]] constexpr int first_row(Column column) noexcept {
    switch (column) {
        case Column::return_2:
            return 2;
        case Column::sign_word:
            return 3;
        case Column::return_4:
            return 4;
        case Column::return_5:
            return 5;
        case Column::return_8:
            return 8;
        case Column::return_16:
            return 16;
        default:
            return column >= Column::ups ? 1 : 0;
    }
}
[[nodiscard]] constexpr int first_row(WideColumn column) noexcept {
    switch (column) {
        case WideColumn::return_lag1:
        case WideColumn::change_lag1:
        case WideColumn::abs_return_lag1:
        case WideColumn::return_2_square:
            return 2;
        case WideColumn::return_4_square:
            return 4;
        case WideColumn::return_5_square:
            return 5;
        case WideColumn::return_lag5:
            return 6;
        case WideColumn::return_8_square:
            return 8;
        case WideColumn::return_16_square:
            return 16;
        default:
            return column >= WideColumn::flow_up ? 1 : 0;
    }
}

/// Sums of up to 16 r stay below ln(2^40), the widest that prices are apart: 256 of them fit 63 bits.
inline constexpr int kReturnSumsMax = 256;
/// |r| stays below ln(4096): 512 of them fit 63 bits, and their products twice that.
inline constexpr int kAbsReturnsMax = 512;
/// ln(C / O) lies within 2 ln(4096) on either side of 0, ln(1 + V) from 0 to ln(2^64): n^2 times the variance of 512 of
/// them fits 127 bits.
inline constexpr int kWideLogsMax = 512;
/// Eight counters of a byte each: what counts to 255 carries nothing into the next one.
inline constexpr int kByteCountMax = 255;

/// One unit of a logarithm's integer is 2^-50, of a product of two it is 2^-100.
inline constexpr double kLogUnit = 0x1p-50;
inline constexpr double kLogSquareUnit = 0x1p-100;

/// One unit of the products that say so.
inline constexpr double kFineUnit = 0x1p-60;

/// A bar's illiquidity counts with at most this, so that every window's sum fits.
inline constexpr double kIlliquidityMax = 0x1p56;

/// The columns that something reads; others are not worth their logarithms and divisions.
class ColumnSet {
   public:
    constexpr ColumnSet() = default;
    constexpr ColumnSet(std::initializer_list<Column> narrow, std::initializer_list<WideColumn> wide) {
        for (const Column column : narrow) {
            add(column);
        }
        for (const WideColumn column : wide) {
            add(column);
        }
    }

    constexpr void add(Column column) noexcept { narrow_ |= bit(static_cast<unsigned>(column)); }
    constexpr void add(WideColumn column) noexcept { wide_ |= bit(static_cast<unsigned>(column)); }
    [[nodiscard]] constexpr ColumnSet operator|(const ColumnSet& other) const noexcept {
        ColumnSet both = *this;
        both.narrow_ |= other.narrow_;
        both.wide_ |= other.wide_;
        return both;
    }
    [[nodiscard]] constexpr bool any(const ColumnSet& of) const noexcept {
        return ((narrow_ & of.narrow_) | (wide_ & of.wide_)) != 0;
    }

   private:
    static_assert(kColumns <= 64 && kWideColumns <= 64);
    [[nodiscard]] static constexpr std::uint64_t bit(unsigned i) noexcept { return std::uint64_t{1} << i; }

    std::uint64_t narrow_ = 0;
    std::uint64_t wide_ = 0;
};

namespace columns {

// Columns that one computation gives.
inline constexpr ColumnSet kBodyLogs{{Column::log_body}, {WideColumn::log_body_square}};
inline constexpr ColumnSet kRangeLogs{{}, {WideColumn::log_range_square}};
inline constexpr ColumnSet kRogersSatchell{{}, {WideColumn::rogers_satchell}};
inline constexpr ColumnSet kVolumeLogs{{Column::log_volume},
                                       {WideColumn::log_volume_square, WideColumn::close_log_volume}};
inline constexpr ColumnSet kLocation{{}, {WideColumn::location_volume}};
inline constexpr ColumnSet kReturnSums{
    {Column::return_2, Column::return_4, Column::return_5, Column::return_8, Column::return_16},
    {WideColumn::return_2_square, WideColumn::return_4_square, WideColumn::return_5_square, WideColumn::return_8_square,
     WideColumn::return_16_square}};
inline constexpr ColumnSet kReturns =
    ColumnSet{{Column::log_return, Column::abs_return, Column::sign_word},
              {WideColumn::return_square, WideColumn::downside_square, WideColumn::return_lag1, WideColumn::return_lag5,
               WideColumn::abs_return_lag1, WideColumn::illiquidity, WideColumn::benchmark_product}} |
    kReturnSums;
inline constexpr ColumnSet kIlliquidity{{}, {WideColumn::illiquidity}};
inline constexpr ColumnSet kSimpleReturn{{Column::simple_return}, {}};
inline constexpr ColumnSet kVolumeChange{{Column::log_volume_change}, {}};
inline constexpr ColumnSet kReturnVolume{{}, {WideColumn::return_volume}};
inline constexpr ColumnSet kSpread{{Column::high_low_spread}, {}};
inline constexpr ColumnSet kGridSteps{{Column::grid_steps}, {}};
inline constexpr ColumnSet kGapLogs{{Column::log_gap}, {WideColumn::log_gap_square}};
inline constexpr ColumnSet kBenchmark{{Column::benchmark_present, Column::benchmark_return},
                                      {WideColumn::benchmark_square, WideColumn::benchmark_product}};

}  // namespace columns

/// Everything that one bar adds.
struct Contributions {
    std::array<std::int64_t, kColumns> narrow;
    std::array<Int128, kWideColumns> wide;

    [[nodiscard]] std::int64_t operator[](Column column) const noexcept {
        return narrow[static_cast<std::size_t>(column)];
    }
    [[nodiscard]] Int128 operator[](WideColumn column) const noexcept { return wide[static_cast<std::size_t>(column)]; }
};

/// The r of the bars before, the last one first; 0 before the first.
using LastReturns = std::array<std::int64_t, 15>;

/// The bars that a contribution is computed from. `previous` is nullptr on the first bar.
struct ContributionInputs {
    const IntegerBar& bar;
    const IntegerBar* previous;
    std::int64_t index;  ///< of the bar, from 0
    const LastReturns& last_returns;
    std::int64_t last_change;  ///< of the close, at the bar before
    Scale scale;
    std::int64_t interval_ns;
};

/// Contributions of a bar. Columns that need the previous bar are 0 on the first one; those that are not used and cost
/// more than an integer operation are 0.
void contribute(const ContributionInputs& inputs, const ColumnSet& used, Contributions& out) noexcept;

/// ln(x) at 2^-50, rounded once.
[[nodiscard]] std::int64_t log_units(double x) noexcept;

/// What these integers stay within.
inline constexpr std::int64_t kSimpleReturnMax = std::int64_t{1} << 62;
inline constexpr std::int64_t kLogMax = std::int64_t{1} << 60;

[[nodiscard]] constexpr bool magnitude_at_most(std::int64_t x, std::int64_t limit) noexcept {
    return x >= -limit && x <= limit;
}

/// 1e12 |r| / (C V) at 2^-60, rounded once.
[[nodiscard]] Int128 illiquidity_units(const IntegerBar& bar, std::int64_t log_return, const Scale& scale) noexcept;

/// (C / C1 - 1) V, the return at 2^-60, rounded once.
[[nodiscard]] Int128 return_volume_units(const IntegerBar& bar, const IntegerBar& previous) noexcept;

/// The spread of Corwin and Schultz at 2^-50, rounded once.
[[nodiscard]] std::int64_t high_low_spread_units(const IntegerBar& bar, const IntegerBar& previous) noexcept;

/// Steps of the grid that every session lays out anew from its open; a bar at the close may end a short one. A session
/// without a bar has no steps: nobody says that it took place.
[[nodiscard]] std::int64_t grid_steps(const IntegerBar& bar, const IntegerBar& previous,
                                      std::int64_t interval_ns) noexcept;

/// ln(a / b) at 2^-50, rounded once; ln(b / a) is exactly its negative, so that a path that comes back adds up to 0.
[[nodiscard]] std::int64_t log_units(std::int64_t a, std::int64_t b) noexcept;

}  // namespace foxml::features
