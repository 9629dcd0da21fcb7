#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace bands_rows {

/// Population standard deviation of the close, in grid units
template <typename V, typename N>
auto close_deviation(const V& v, N n) {
    return root(real(dispersion(v, Column::close, WideColumn::close_square, n))) / n;
}

/// (C - (m - 2s)) / 4s, ddof 0
constexpr auto bb_pctb = [](const auto& v, const auto& p) {
    const auto deviation = close_deviation(v, p.a);
    const auto from_mean = real(p.a * v.bar().close - v.sum(Column::close, p.a)) / p.a;
    return ratio(from_mean + 2.0 * deviation, 4.0 * deviation);
};

/// 4s / m, ddof 0
constexpr auto bb_width = [](const auto& v, const auto& p) {
    return 4.0 * close_deviation(v, p.a) * p.a / real(v.sum(Column::close, p.a));
};

/// (C - EMA_a(TP)) / (2 ATR_b)
constexpr auto kc_pos = [](const auto& v, const auto& p) {
    const auto middle3 = v.ema(Series::typical3, p.a);
    return ratio(3.0 * real(v.bar().close) - middle3, 6.0 * v.rma(Series::true_range, p.b));
};

/// 4 ATR_b / EMA_a(TP)
constexpr auto kc_width = [](const auto& v, const auto& p) {
    return 12.0 * v.rma(Series::true_range, p.b) / v.ema(Series::typical3, p.a);
};

/// 1 where the Bollinger band of a closes lies inside the Keltner channel, else 0
constexpr auto squeeze = [](const auto& v, const auto& p) {
    const auto apart = real(v.sum(Column::close, p.a)) / p.a - v.ema(Series::typical3, p.a) / 3.0;
    const auto room = 2.0 * v.rma(Series::true_range, p.b) - 2.0 * close_deviation(v, p.a);
    return select(magnitude(apart) < room, 1.0, 0.0);
};

constexpr auto donch_pos = [](const auto& v, const auto& p) {
    const auto low = v.low(p.a);
    return ratio(v.bar().close - low, v.high(p.a) - low);
};

constexpr auto donch_width = [](const auto& v, const auto& p) {
    return ratio(v.high(p.a) - v.low(p.a), v.bar().close);
};

constexpr auto dist_high = [](const auto& v, const auto& p) {
    const auto high = v.high(p.a);
    return ratio(v.bar().close - high, high);
};

constexpr auto dist_low = [](const auto& v, const auto& p) {
    const auto low = v.low(p.a);
    return ratio(v.bar().close - low, low);
};

constexpr Row kRows[] = {
    row("F077", "bb_pctb_20", "(C-(m-2s))/(4s), s=population sd", kAnyTimeframe, "talib.BBANDS", {window(20)}, bb_pctb),
    row("F078", "bb_width_20", "4s/m", kAnyTimeframe, "talib.BBANDS", {window(20)}, bb_width),
    row("F079", "bb_pctb_50", "(C-(m-2s))/(4s), s=population sd", kAnyTimeframe, "talib.BBANDS", {window(50)}, bb_pctb),
    row("F080", "bb_width_50", "4s/m", kAnyTimeframe, "talib.BBANDS", {window(50)}, bb_width),
    row("F081", "kc_pos", "(C-EMA20(TP))/(2*ATR10)", kAnyTimeframe, "talib.KC (mid=EMA of TP)",
        {length("n", 20), length("atr", 10)}, kc_pos),
    row("F082", "kc_width", "4*ATR10/EMA20(TP)", kAnyTimeframe, "talib.KC", {length("n", 20), length("atr", 10)},
        kc_width),
    row("F083", "donch_pos_20", "(C-LL)/(HH-LL)", kAnyTimeframe, "talib.DONCHIAN; Qlib RSV", {window(20)}, donch_pos),
    row("F084", "donch_pos_55", "(C-LL)/(HH-LL)", kAnyTimeframe, "talib.DONCHIAN; Qlib RSV", {window(55)}, donch_pos),
    row("F085", "donch_width_20", "(HH20-LL20)/C", kAnyTimeframe, "talib.DONCHIAN", {window(20)}, donch_width),
    row("F086", "squeeze", "1[BB20 inside KC20]", kAnyTimeframe, "BBANDS & KC", {length("n", 20), length("atr", 10)},
        squeeze),
    row("F087", "dist_high_20", "C/HH-1", kAnyTimeframe, "talib.MAX(H); Qlib MAX", {window(20)}, dist_high),
    row("F088", "dist_low_20", "C/LL-1", kAnyTimeframe, "talib.MIN(L); Qlib MIN", {window(20)}, dist_low),
    row("F089", "dist_high_60", "C/HH-1", kAnyTimeframe, "talib.MAX(H); Qlib MAX", {window(60)}, dist_high),
    row("F090", "dist_low_60", "C/LL-1", kAnyTimeframe, "talib.MIN(L); Qlib MIN", {window(60)}, dist_low),
    row("F091", "dist_high_240", "C/HH-1", kAnyTimeframe, "talib.MAX(H); Qlib MAX", {window(240)}, dist_high),
    row("F092", "dist_low_240", "C/LL-1", kAnyTimeframe, "talib.MIN(L); Qlib MIN", {window(240)}, dist_low),
};

}  // namespace bands_rows

}  // namespace

}  // namespace foxml::features
