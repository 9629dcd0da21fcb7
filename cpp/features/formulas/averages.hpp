#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace averages_rows {

constexpr auto ema_dist = [](const auto& v, const auto& p) {
    return real(v.bar().close) / v.ema(Series::close, p.a) - 1.0;
};

/// ln(EMA_a / EMA_b)
constexpr auto ema_cross = [](const auto& v, const auto& p) {
    return log(v.ema(Series::close, p.a) / v.ema(Series::close, p.b));
};

/// (EMA_a - EMA_b) / C
constexpr auto macd_n = [](const auto& v, const auto& p) { return macd_line(v, p.a, p.b) / real(v.bar().close); };

/// EMA_c(EMA_a - EMA_b) / C
constexpr auto macd_signal_n = [](const auto& v, const auto& p) {
    return v.ema({Series::macd_line, p.a, p.b}, p.c) / real(v.bar().close);
};

/// C / WMA_a - 1, where the newest of a bars has weight a and the oldest 1
constexpr auto wma_dist = [](const auto& v, const auto& p) {
    const auto sums = time_sums(v, p.a);
    const auto weighted = sums.weighted + sums.total;
    const auto weights = triangle(p.a);
    return ratio(weights * v.bar().close - weighted, weighted);
};

/// C / (2 E - E of E) - 1, E the EMA over a bars
constexpr auto dema_dist = [](const auto& v, const auto& p) {
    const auto once = v.ema(Series::close, p.a);
    const auto twice = v.ema({Series::close, p.a}, p.a);
    return real(v.bar().close) / (2.0 * once - twice) - 1.0;
};

/// C / (3 E - 3 E of E + E of E of E) - 1
constexpr auto tema_dist = [](const auto& v, const auto& p) {
    const auto once = v.ema(Series::close, p.a);
    const auto twice = v.ema({Series::close, p.a}, p.a);
    const auto thrice = v.ema({Series::close, p.a, p.a}, p.a);
    return real(v.bar().close) / (3.0 * (once - twice) + thrice) - 1.0;
};

/// 100 (E / E1 - 1), E the EMA of an EMA of an EMA
constexpr auto trix = [](const auto& v, const auto& p) {
    const auto now = v.ema({Series::close, p.a, p.a}, p.a);
    const auto before = v.ema({Series::close, p.a, p.a}, p.a, 1);
    return 100.0 * (now - before) / before;
};

/// C / HMA - 1, HMA = WMA_r(2 WMA_h - WMA_a), h = a / 2, r = the root of a: in integers, as one weighting of closes
constexpr auto hma_dist = [](const auto& v, const Params& p) {
    const int half = p.a / 2;
    const int smooth = static_cast<int>(std::sqrt(real(std::int64_t{p.a})));
    const auto weighted = [&v](int n, int lag) {
        const auto sums = time_sums(v, n, lag);
        return sums.weighted + sums.total;
    };
    const auto term = [&](int lag) {
        const auto weight = smooth - lag;
        return product(2 * weight * triangle(p.a), weighted(half, lag)) -
               product(weight * triangle(half), weighted(p.a, lag));
    };
    auto total = term(0);
    for (int lag = 1; lag < smooth; ++lag) {
        total = total + term(lag);
    }
    const auto even = product(triangle(p.a) * triangle(half) * triangle(smooth), v.bar().close);
    return ratio(even - total, total);
};

/// C / KAMA_a - 1, with the pace of an EMA between b and c bars
constexpr auto kama_dist = [](const auto& v, const Params& p) {
    return real(v.bar().close) / v.gauge(GaugeKind::kama, p) - 1.0;
};

/// (EMA_a - EMA_a of b bars ago) / ATR_c
constexpr auto ema_slope = [](const auto& v, const auto& p) {
    return ratio(v.ema(Series::close, p.a) - v.ema(Series::close, p.a, p.b), v.rma(Series::true_range, p.c));
};

/// (line fitted to the last a closes, one bar ahead - C) / C
constexpr auto tsf_gap = [](const auto& v, const auto& p) {
    const auto fit = fit_line(v, p.a);
    return (fit.mean_minus_close + fit.slope * (0.5 * (p.a + 1))) / real(v.bar().close);
};

constexpr Row kRows[] = {
    row("F023", "sma_dist_10", "C/SMA10(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA10", {window(10)}, sma_dist),
    row("F024", "sma_dist_20", "C/SMA20(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA20", {window(20)}, sma_dist),
    row("F025", "sma_dist_50", "C/SMA50(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA50", {window(50)}, sma_dist),
    row("F026", "sma_dist_100", "C/SMA100(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA100", {window(100)}, sma_dist),
    row("F027", "sma_dist_200", "C/SMA200(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA200", {window(200)}, sma_dist),
    row("F028", "ema_dist_12", "C/EMA12(C)-1", kAnyTimeframe, "talib.EMA", {length(12)}, ema_dist),
    row("F029", "ema_dist_26", "C/EMA26(C)-1", kAnyTimeframe, "talib.EMA", {length(26)}, ema_dist),
    row("F030", "ema_dist_50", "C/EMA50(C)-1", kAnyTimeframe, "talib.EMA", {length(50)}, ema_dist),
    row("F031", "ema_dist_100", "C/EMA100(C)-1", kAnyTimeframe, "talib.EMA", {length(100)}, ema_dist),
    row("F032", "ema_dist_200", "C/EMA200(C)-1", kIntraday, "talib.EMA", {length(200)}, ema_dist),
    row("F033", "wma_dist_20", "C/WMA20(C)-1", kAnyTimeframe, "talib.WMA", {window(20)}, wma_dist),
    row("F034", "dema_dist_20", "C/DEMA20-1", kAnyTimeframe, "talib.DEMA", {length(20)}, dema_dist),
    row("F035", "tema_dist_20", "C/TEMA20-1", kAnyTimeframe, "talib.TEMA", {length(20)}, tema_dist),
    row("F036", "hma_dist_20", "C/HMA20-1; HMA=WMA_4(2WMA_10-WMA_20)", kAnyTimeframe, "talib.HMA (0.8+)", {window(20)},
        hma_dist),
    row("F037", "kama_dist_10", "C/KAMA10-1 (fast 2, slow 30)", kAnyTimeframe, "talib.KAMA",
        {window(10), length("fast", 2), length("slow", 30)}, kama_dist),
    row("F038", "ema20_slope_5", "(EMA20_t-EMA20_{t-5})/ATR14", kAnyTimeframe, "talib.EMA,ATR",
        {length(20), lag("k", 5), length("atr", 14)}, ema_slope),
    row("F039", "ema_cross_5_20", "ln(EMA_a/EMA_b), a_b=5_20", kAnyTimeframe, "talib.EMA",
        {length("fast", 5), length("slow", 20)}, ema_cross),
    row("F040", "ema_cross_20_50", "ln(EMA_a/EMA_b), a_b=20_50", kAnyTimeframe, "talib.EMA",
        {length("fast", 20), length("slow", 50)}, ema_cross),
    row("F041", "ema_cross_50_200", "ln(EMA_a/EMA_b), a_b=50_200", kIntraday, "talib.EMA",
        {length("fast", 50), length("slow", 200)}, ema_cross),
    row("F042", "macd_n", "(EMA12-EMA26)/C", kAnyTimeframe, "talib.MACD (see seed note)",
        {length("fast", 12), length("slow", 26)}, macd_n),
    row("F043", "macd_signal_n", "EMA9(macd)/C", kAnyTimeframe, "talib.MACD",
        {length("fast", 12), length("slow", 26), length("signal", 9)}, macd_signal_n),
    row("F044", "macd_hist_n", "macd_n-macd_signal_n", kAnyTimeframe, "talib.MACD",
        {length("fast", 12), length("slow", 26), length("signal", 9)}, macd_hist_n),
    row("F045", "ema_ratio_9_21", "ln(EMA9/EMA21)", kAnyTimeframe, "talib.EMA", {length("fast", 9), length("slow", 21)},
        ema_cross),
    row("F046", "trix_15", "100*(E3/E3_1-1), E3=EMA15^3(C)", kAnyTimeframe, "talib.TRIX", {length(15)}, trix),
    row("F047", "tsf_gap_20", "(TSF20-C)/C, TSF=fitted value at t+1", kAnyTimeframe, "talib.TSF", {window(20)},
        tsf_gap),
};

}  // namespace averages_rows

}  // namespace

}  // namespace foxml::features
