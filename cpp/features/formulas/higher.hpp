#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace higher_rows {

// The last integer of a row is the minutes of the higher timeframe, those before it are the formula's own.

constexpr auto higher_ret_log = [](const auto& v, const Params& p) {
    return v.higher(p.b, [&p](const auto& above) { return ret_log(above, p); });
};
constexpr auto higher_rsi = [](const auto& v, const Params& p) {
    return v.higher(p.b, [&p](const auto& above) { return rsi(above, p); });
};
constexpr auto higher_macd_hist_n = [](const auto& v, const Params& p) {
    return v.higher(p.d, [&p](const auto& above) { return macd_hist_n(above, p); });
};
constexpr auto higher_natr = [](const auto& v, const Params& p) {
    return v.higher(p.b, [&p](const auto& above) { return natr(above, p); });
};
constexpr auto higher_sma_dist = [](const auto& v, const Params& p) {
    return v.higher(p.b, [&p](const auto& above) { return sma_dist(above, p); });
};
constexpr auto higher_volume_z = [](const auto& v, const Params& p) {
    return v.higher(p.b, [&p](const auto& above) { return volume_z(above, p); });
};

constexpr Parameter minutes(int length) noexcept { return fixed("minutes", length); }

constexpr std::uint32_t kBelow5m = k1m;
constexpr std::uint32_t kBelow15m = k1m | k5m;
constexpr std::uint32_t kBelow60m = k1m | k5m | k15m;

constexpr Row kRows[] = {
    scalar_row("F223", "ret1_5m", "ln(C/C1) on last COMPLETED 5-min bar", kBelow5m, "pandas resample",
               {lag("k", 1), minutes(5)}, higher_ret_log),
    scalar_row("F224", "rsi14_5m", "RSI14 on last COMPLETED 5-min bar", kBelow5m, "talib.RSI on resampled",
               {length(14), minutes(5)}, higher_rsi),
    scalar_row("F225", "macd_hist_n_5m", "MACD hist/C on last COMPLETED 5-min bar", kBelow5m, "talib.MACD on resampled",
               {length("fast", 12), length("slow", 26), length("signal", 9), minutes(5)}, higher_macd_hist_n),
    scalar_row("F226", "natr14_5m", "ATR14/C on last COMPLETED 5-min bar", kBelow5m, "talib.NATR on resampled",
               {length(14), minutes(5)}, higher_natr),
    scalar_row("F227", "sma20_dist_5m", "C/SMA20-1 on last COMPLETED 5-min bar", kBelow5m, "talib.SMA on resampled",
               {window(20), minutes(5)}, higher_sma_dist),
    scalar_row("F228", "volz20_5m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 5-min bar", kBelow5m,
               "pandas resample", {wide_logs_window(20), minutes(5)}, higher_volume_z),
    scalar_row("F229", "ret1_15m", "ln(C/C1) on last COMPLETED 15-min bar", kBelow15m, "pandas resample",
               {lag("k", 1), minutes(15)}, higher_ret_log),
    scalar_row("F230", "rsi14_15m", "RSI14 on last COMPLETED 15-min bar", kBelow15m, "talib.RSI on resampled",
               {length(14), minutes(15)}, higher_rsi),
    scalar_row("F231", "macd_hist_n_15m", "MACD hist/C on last COMPLETED 15-min bar", kBelow15m,
               "talib.MACD on resampled", {length("fast", 12), length("slow", 26), length("signal", 9), minutes(15)},
               higher_macd_hist_n),
    scalar_row("F232", "natr14_15m", "ATR14/C on last COMPLETED 15-min bar", kBelow15m, "talib.NATR on resampled",
               {length(14), minutes(15)}, higher_natr),
    scalar_row("F233", "sma20_dist_15m", "C/SMA20-1 on last COMPLETED 15-min bar", kBelow15m, "talib.SMA on resampled",
               {window(20), minutes(15)}, higher_sma_dist),
    scalar_row("F234", "volz20_15m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 15-min bar", kBelow15m,
               "pandas resample", {wide_logs_window(20), minutes(15)}, higher_volume_z),
    scalar_row("F235", "ret1_60m", "ln(C/C1) on last COMPLETED 60-min bar", kBelow60m, "pandas resample",
               {lag("k", 1), minutes(60)}, higher_ret_log),
    scalar_row("F236", "rsi14_60m", "RSI14 on last COMPLETED 60-min bar", kBelow60m, "talib.RSI on resampled",
               {length(14), minutes(60)}, higher_rsi),
    scalar_row("F237", "macd_hist_n_60m", "MACD hist/C on last COMPLETED 60-min bar", kBelow60m,
               "talib.MACD on resampled", {length("fast", 12), length("slow", 26), length("signal", 9), minutes(60)},
               higher_macd_hist_n),
    scalar_row("F238", "natr14_60m", "ATR14/C on last COMPLETED 60-min bar", kBelow60m, "talib.NATR on resampled",
               {length(14), minutes(60)}, higher_natr),
    scalar_row("F239", "sma20_dist_60m", "C/SMA20-1 on last COMPLETED 60-min bar", kBelow60m, "talib.SMA on resampled",
               {window(20), minutes(60)}, higher_sma_dist),
    scalar_row("F240", "volz20_60m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 60-min bar", kBelow60m,
               "pandas resample", {wide_logs_window(20), minutes(60)}, higher_volume_z),
};

}  // namespace higher_rows

}  // namespace

}  // namespace foxml::features
