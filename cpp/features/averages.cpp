#include "features/formulas.hpp"

namespace foxml::features {

namespace {

constexpr auto ema_dist = [](const auto& v, const Params& p) -> double {
    return real(v.bar().close) / v.ema(Series::close, p.a) - 1.0;
};

/// ln(EMA_a / EMA_b)
constexpr auto ema_cross = [](const auto& v, const Params& p) -> double {
    return log(v.ema(Series::close, p.a) / v.ema(Series::close, p.b));
};

/// (EMA_a - EMA_b) / C
constexpr auto macd_n = [](const auto& v, const Params& p) { return macd_line(v, p.a, p.b) / real(v.bar().close); };

/// EMA_c(EMA_a - EMA_b) / C
constexpr auto macd_signal_n = [](const auto& v, const Params& p) {
    return v.ema({Series::macd_line, p.a, p.b}, p.c) / real(v.bar().close);
};

/// C / WMA_a - 1, where the newest of a bars has weight a and the oldest 1
constexpr auto wma_dist = [](const auto& v, const Params& p) -> double {
    const TimeSums sums = time_sums(v, p.a);
    const std::int64_t weighted = sums.weighted + sums.total;
    const std::int64_t weights = std::int64_t{p.a} * (p.a + 1) / 2;
    return ratio(weights * v.bar().close - weighted, weighted);
};

/// (line fitted to the last a closes, one bar ahead - C) / C
constexpr auto tsf_gap = [](const auto& v, const Params& p) -> double {
    const LineFit fit = fit_line(v, p.a);
    return (fit.mean_minus_close + fit.slope * (0.5 * (p.a + 1))) / real(v.bar().close);
};

constexpr FeatureInfo kRows[] = {
    row("F023", "sma_dist_10", "C/SMA10(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA10", {window(10)}, sma_dist),
    row("F024", "sma_dist_20", "C/SMA20(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA20", {window(20)}, sma_dist),
    row("F025", "sma_dist_50", "C/SMA50(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA50", {window(50)}, sma_dist),
    row("F026", "sma_dist_100", "C/SMA100(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA100", {window(100)}, sma_dist),
    row("F027", "sma_dist_200", "C/SMA200(C)-1", kAnyTimeframe, "talib.SMA; 1/Qlib MA200", {window(200)}, sma_dist),
    row("F028", "ema_dist_12", "C/EMA12(C)-1", kAnyTimeframe, "talib.EMA", {length(12)}, ema_dist),
    row("F029", "ema_dist_26", "C/EMA26(C)-1", kAnyTimeframe, "talib.EMA", {length(26)}, ema_dist),
    row("F033", "wma_dist_20", "C/WMA20(C)-1", kAnyTimeframe, "talib.WMA", {window(20)}, wma_dist),
    row("F039", "ema_cross_5_20", "ln(EMA_a/EMA_b), a_b=5_20", kAnyTimeframe, "talib.EMA",
        {length("fast", 5), length("slow", 20)}, ema_cross),
    row("F042", "macd_n", "(EMA12-EMA26)/C", kAnyTimeframe, "talib.MACD (see seed note)",
        {length("fast", 12), length("slow", 26)}, macd_n),
    row("F043", "macd_signal_n", "EMA9(macd)/C", kAnyTimeframe, "talib.MACD",
        {length("fast", 12), length("slow", 26), length("signal", 9)}, macd_signal_n),
    row("F044", "macd_hist_n", "macd_n-macd_signal_n", kAnyTimeframe, "talib.MACD",
        {length("fast", 12), length("slow", 26), length("signal", 9)}, macd_hist_n),
    row("F047", "tsf_gap_20", "(TSF20-C)/C, TSF=fitted value at t+1", kAnyTimeframe, "talib.TSF", {window(20)},
        tsf_gap),
};

}  // namespace

std::span<const FeatureInfo> average_features() { return kRows; }

}  // namespace foxml::features
