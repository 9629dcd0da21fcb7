#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace higher_rows {

// The second integer of a row is the minutes of the higher timeframe, the first is the formula's own.

constexpr auto higher_ret_log = [](const auto& v, const Params& p) {
    return v.higher(p.b, [&p](const auto& above) { return ret_log(above, p); });
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

constexpr Row kRows[] = {
    scalar_row("F229", "ret1_15m", "ln(C/C1) on last COMPLETED 15-min bar", k1m | k5m, "pandas resample",
               {lag("k", 1), fixed("minutes", 15)}, higher_ret_log),
    scalar_row("F232", "natr14_15m", "ATR14/C on last COMPLETED 15-min bar", k1m | k5m, "talib.NATR on resampled",
               {length(14), fixed("minutes", 15)}, higher_natr),
    scalar_row("F233", "sma20_dist_15m", "C/SMA20-1 on last COMPLETED 15-min bar", k1m | k5m, "talib.SMA on resampled",
               {window(20), fixed("minutes", 15)}, higher_sma_dist),
    scalar_row("F234", "volz20_15m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 15-min bar", k1m | k5m,
               "pandas resample", {window(20), fixed("minutes", 15)}, higher_volume_z),
    scalar_row("F235", "ret1_60m", "ln(C/C1) on last COMPLETED 60-min bar", k1m | k5m | k15m, "pandas resample",
               {lag("k", 1), fixed("minutes", 60)}, higher_ret_log),
    scalar_row("F239", "sma20_dist_60m", "C/SMA20-1 on last COMPLETED 60-min bar", k1m | k5m | k15m,
               "talib.SMA on resampled", {window(20), fixed("minutes", 60)}, higher_sma_dist),
    scalar_row("F240", "volz20_60m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 60-min bar", k1m | k5m | k15m,
               "pandas resample", {window(20), fixed("minutes", 60)}, higher_volume_z),
};

}  // namespace higher_rows

}  // namespace

}  // namespace foxml::features
