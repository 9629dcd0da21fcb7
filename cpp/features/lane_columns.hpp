#pragma once

#include <array>
#include <cmath>
#include <limits>

#include "features/lane_view.hpp"

// What eight bars add to the columns, and what their averages are taken of: each step is the scalar one of columns.cpp
// and operators.cpp on vectors. `Inputs` says where the numbers are, `Row` takes what each column adds:
//
//     columns(), index(), scale(), benchmark_ratio()
//     last_change()                of the close, at the bars before
//     last_return(i)               r of i + 1 bars before
//     log_return(step)             r
//     alone(column, ...)           columns that are computed bar by bar: what is of no use to a vector, or too large
//                                  for its shortest way

namespace foxml::features {

namespace {

using Mask = MaskLanes<FOXML_LANES_ISA>;

IntVector distance(IntVector a, IntVector b) noexcept { return magnitude(a - b); }

IntVector log_units(RealVector x) noexcept { return round_half_even(log(x) * 0x1p50); }

IntVector log_units(IntVector a, IntVector b) noexcept {
    const IntVector size = log_units(real(larger(a, b)) / real(smaller(a, b)));
    return select(a < b, -size, size);
}

WideVector none_unless(Mask mask, WideVector value) noexcept { return select(mask, value, WideVector{}); }

/// x at 2^-60, rounded once, for |x| < 2^30: first the multiples of 2^32 units, then the rest.
WideVector fine_units(RealVector x) noexcept {
    const RealVector units = x / kFineUnit;
    const IntVector high = round_half_even(units * 0x1p-32);
    const IntVector low = round_half_even(units - real(high) * 0x1p32);
    return product(high, std::int64_t{1} << 32) + low;
}

/// Eight bars, the bars before them, and what of them is needed more than once.
struct Step {
    Step(const BarVector& now, const BarVector& previous) noexcept
        : bar(now), before(previous), change(bar.close - before.close) {}

    BarVector bar;
    BarVector before;
    IntVector change;
    IntVector log_return{0};
    IntVector true_range{0};
};

template <typename Inputs, typename Row>
void add_own(const Inputs& in, const Step& step, const Row& row) noexcept {
    const BarVector& bar = step.bar;
    row.add(Column::close, bar.close);
    row.add(Column::close_time, in.index() * bar.close);
    row.add(Column::high_low, bar.high + bar.low);
    row.add(Column::range, bar.high - bar.low);
    row.add(Column::body, distance(bar.close, bar.open));
    row.add(Column::volume, bar.volume);
    row.add(Column::traded, select(bar.volume > 0, 1, IntVector{0}));
    row.add(WideColumn::close_square, product(bar.close, bar.close));
    row.add(WideColumn::typical_volume, product(bar.typical3(), bar.volume));
    row.add(WideColumn::close_volume, product(bar.close, bar.volume));
}

template <typename Inputs, typename Row>
void add_own_logs(const Inputs& in, const Step& step, const Row& row) noexcept {
    const BarVector& bar = step.bar;
    const ColumnSet& used = in.columns();
    if (used.any(columns::kBodyLogs)) {
        const IntVector body = log_units(bar.close, bar.open);
        row.add(Column::log_body, body);
        row.add(WideColumn::log_body_square, product(body, body));
    }
    if (used.any(columns::kRangeLogs)) {
        const IntVector range = log_units(bar.high, bar.low);
        row.add(WideColumn::log_range_square, product(range, range));
    }
    if (used.any(columns::kRogersSatchell)) {
        row.add(WideColumn::rogers_satchell, product(log_units(bar.high, bar.close), log_units(bar.high, bar.open)) +
                                                 product(log_units(bar.low, bar.close), log_units(bar.low, bar.open)));
    }
    if (used.any(columns::kVolumeLogs)) {
        const IntVector log_volume = log_units(1.0 + real(bar.volume) * in.scale().volume_unit);
        row.add(Column::log_volume, log_volume);
        row.add(WideColumn::log_volume_square, product(log_volume, log_volume));
        row.add(WideColumn::close_log_volume, product(bar.close, log_volume));
    }
}

template <typename Inputs, typename Row>
void add_change(const Inputs& in, Step& step, const Row& row) noexcept {
    const BarVector& bar = step.bar;
    const BarVector& before = step.before;
    const IntVector floor = smaller(bar.low, before.close);
    step.true_range = larger(bar.high, before.close) - floor;
    const IntVector zero{0};
    row.add(Column::ups, select(step.change > 0, 1, zero));
    row.add(Column::change, magnitude(step.change));
    row.add(Column::true_range, step.true_range);
    row.add(Column::buying, bar.close - floor);
    row.add(Column::vortex_up, distance(bar.high, before.low));
    row.add(Column::vortex_down, distance(bar.low, before.high));
    row.add(Column::signed_volume, select(step.change > 0, bar.volume, select(step.change < 0, -bar.volume, zero)));
    row.add(Column::volume_up, larger(bar.volume - before.volume, zero));
    row.add(Column::volume_change, distance(bar.volume, before.volume));
    const WideVector flow = product(bar.typical3(), bar.volume);
    row.add(WideColumn::change_lag1, product(step.change, in.last_change()));
    row.add(WideColumn::flow_up, none_unless(bar.typical3() > before.typical3(), flow));
    row.add(WideColumn::flow_down, none_unless(bar.typical3() < before.typical3(), flow));
    if (in.columns().any(columns::kGapLogs)) {
        const IntVector gap = log_units(bar.open, before.close);
        row.add(Column::log_gap, gap);
        row.add(WideColumn::log_gap_square, product(gap, gap));
    }
}

template <typename Inputs, typename Row>
void add_return_sums(const Inputs& in, const Step& step, const Row& row) noexcept {
    constexpr struct {
        std::size_t q;
        Column sum;
        WideColumn square;
    } kSums[] = {{2, Column::return_2, WideColumn::return_2_square},
                 {4, Column::return_4, WideColumn::return_4_square},
                 {5, Column::return_5, WideColumn::return_5_square},
                 {8, Column::return_8, WideColumn::return_8_square},
                 {16, Column::return_16, WideColumn::return_16_square}};
    IntVector sum = step.log_return;
    std::size_t summed = 1;
    for (const auto& column : kSums) {
        for (; summed < column.q; ++summed) {
            sum = sum + in.last_return(summed - 1);
        }
        row.add(column.sum, sum);
        row.add(column.square, product(sum, sum));
    }
}

template <typename Inputs, typename Row>
void add_return(const Inputs& in, Step& step, const Row& row) noexcept {
    const ColumnSet& used = in.columns();
    if (!used.any(columns::kReturns)) {
        return;
    }
    const IntVector r = in.log_return(step);
    const IntVector before = in.last_return(0);
    step.log_return = r;
    row.add(Column::log_return, r);
    row.add(Column::abs_return, magnitude(r));
    const IntVector zero{0};
    const IntVector word =
        select(r > 0, 4, zero) + select(before > 0, 2, zero) + select(in.last_return(1) > 0, 1, zero);
    row.add(Column::sign_word, IntVector(IntVector(1).raw << (8 * word).raw));
    const WideVector square = product(r, r);
    row.add(WideColumn::return_square, square);
    row.add(WideColumn::downside_square, none_unless(r < 0, square));
    row.add(WideColumn::return_lag1, product(r, before));
    row.add(WideColumn::return_lag5, product(r, in.last_return(4)));
    row.add(WideColumn::abs_return_lag1, product(magnitude(r), magnitude(before)));
    if (used.any(columns::kReturnSums)) {
        add_return_sums(in, step, row);
    }
}

/// IntegerBar::close_location.
RealVector location_of(const BarVector& bar) noexcept {
    const IntVector range = bar.high - bar.low;
    return select(range == 0, RealVector(0.0), real(2 * bar.close - bar.low - bar.high) / real(range));
}

[[nodiscard]] bool any(Mask mask) noexcept {
    std::int64_t together = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        together |= mask.raw[lane];
    }
    return together != 0;
}

/// 1e12 |r| / (C V), as in columns.cpp.
template <typename Inputs, typename Row>
void add_illiquidity(const Inputs& in, const Step& step, const Row& row) noexcept {
    const RealVector dollars =
        real(product(step.bar.close, step.bar.volume)) * in.scale().price_grid * in.scale().volume_unit;
    const RealVector moved = real(magnitude(step.log_return)) * kLogUnit;
    const Mask traded = step.bar.volume > 0;
    const RealVector value = select(traded, 1e12 * moved / dollars, RealVector(0.0));
    if (any(value >= 0x1p29)) {
        row.add(WideColumn::illiquidity, in.alone(WideColumn::illiquidity, step.log_return));
    } else {
        row.add(WideColumn::illiquidity, fine_units(value));
    }
}

template <typename Inputs, typename Row>
void add_return_volume(const Inputs& in, const Step& step, const Row& row) noexcept {
    const RealVector simple_return = real(step.change) / real(step.before.close);
    if (any(simple_return >= 3.0)) {
        row.add(WideColumn::return_volume, in.alone(WideColumn::return_volume, step.log_return));
    } else {
        row.add(WideColumn::return_volume, product(round_half_even(simple_return / kFineUnit), step.bar.volume));
    }
}

template <typename Inputs, typename Row>
void add_by_value(const Inputs& in, const Step& step, const Row& row) noexcept {
    const ColumnSet& used = in.columns();
    if (used.any(columns::kIlliquidity)) {
        add_illiquidity(in, step, row);
    }
    if (used.any(columns::kLocation)) {
        row.add(WideColumn::location_volume,
                product(round_half_even(location_of(step.bar) / kFineUnit), step.bar.volume));
    }
    if (used.any(columns::kSimpleReturn)) {
        const RealVector units = real(step.change) / real(step.before.close) / kLogUnit;
        row.add(Column::simple_return,
                round_half_even(smaller(units, RealVector(static_cast<double>(kSimpleReturnMax)))));
    }
    if (used.any(columns::kVolumeChange)) {
        const RealVector unit = in.scale().volume_unit;
        row.add(Column::log_volume_change,
                log_units((1.0 + real(step.bar.volume) * unit) / (1.0 + real(step.before.volume) * unit)));
    }
    if (used.any(columns::kReturnVolume)) {
        add_return_volume(in, step, row);
    }
    for (const Column column : {Column::high_low_spread, Column::grid_steps}) {
        if (used.any({{column}, {}})) {
            row.add(column, in.alone(column));
        }
    }
}

template <typename Inputs, typename Row>
void add_benchmark(const Inputs& in, const Step& step, const Row& row) noexcept {
    if (!in.columns().any(columns::kBenchmark)) {
        return;
    }
    constexpr auto kMost = static_cast<double>(kMoveMax);
    const RealVector move = in.benchmark_ratio();
    const Mask present = (move >= 1.0 / kMost) & (move <= kMost);
    const IntVector b = log_units(select(present, move, RealVector(1.0)));  // 0 where there is none
    row.add(Column::benchmark_present, select(present, 1, IntVector(0)));
    row.add(Column::benchmark_return, b);
    row.add(WideColumn::benchmark_square, product(b, b));
    row.add(WideColumn::benchmark_product, product(step.log_return, b));
}

/// Takes what the bars add into every column that is used.
template <typename Inputs, typename Row>
void add_columns(const Inputs& in, Step& step, const Row& row) noexcept {
    add_own(in, step, row);
    add_own_logs(in, step, row);
    add_change(in, step, row);
    add_return(in, step, row);
    add_by_value(in, step, row);
    add_benchmark(in, step, row);
}

std::array<RealVector, kSeries> series_of(const Step& step) noexcept {
    const BarVector& bar = step.bar;
    const IntVector zero{0};
    const IntVector up = bar.high - step.before.high;
    const IntVector down = step.before.low - bar.low;
    const RealVector log_return = real(step.log_return) * kLogUnit;
    std::array<RealVector, kSeries> series{};
    const auto set = [&series](Series of, RealVector value) { series[static_cast<std::size_t>(of)] = value; };
    set(Series::close, real(bar.close));
    set(Series::typical3, real(bar.typical3()));
    set(Series::accumulation, location_of(bar) * real(bar.volume));
    set(Series::true_range, real(step.true_range));
    set(Series::gain, real(larger(step.change, zero)));
    set(Series::loss, real(larger(-step.change, zero)));
    set(Series::change, real(step.change));
    set(Series::change_size, real(magnitude(step.change)));
    set(Series::up_move, real(select((up > 0) & (up > down), up, zero)));
    set(Series::down_move, real(select((down > 0) & (down > up), down, zero)));
    set(Series::force, real(step.change) * real(bar.volume));
    set(Series::return_square, log_return * log_return);
    return series;
}

/// Of an average that is taken of two.
RealVector input_of_two(Series series, RealVector first, RealVector second) noexcept {
    if (series == Series::macd_line) {
        return first - second;
    }
    const RealVector both = first + second;
    return select(both > 0.0, 100.0 * magnitude(first - second) / both,
                  RealVector(std::numeric_limits<double>::quiet_NaN()));
}

/// The next value of an average that has its seed behind it.
[[gnu::always_inline]] inline RealVector moved(RealVector before, RealVector alpha, RealVector x) noexcept {
    return select(x == x, before + alpha * (x - before), before);
}

}  // namespace

}  // namespace foxml::features
