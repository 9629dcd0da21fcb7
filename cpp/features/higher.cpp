#include "features/formulas.hpp"

namespace foxml::features {

namespace {

// The second integer of a row is the minutes of the higher timeframe, the first is the formula's own.

constexpr auto higher_ret_log = [](const auto& v, const Params& p) -> double {
    return v.higher(p.b, [&p](const auto& above) { return ret_log(above, p); });
};
constexpr auto higher_natr = [](const auto& v, const Params& p) -> double {
    return v.higher(p.b, [&p](const auto& above) { return natr(above, p); });
};
constexpr auto higher_sma_dist = [](const auto& v, const Params& p) -> double {
    return v.higher(p.b, [&p](const auto& above) { return sma_dist(above, p); });
};
constexpr auto higher_volume_z = [](const auto& v, const Params& p) -> double {
    return v.higher(p.b, [&p](const auto& above) { return volume_z(above, p); });
};

constexpr FeatureInfo kRows[] = {
    row("F229", "ret1_15m", "ln(C/C1) on last COMPLETED 15-min bar", k1m | k5m, "pandas resample",
        {lag("k", 1), fixed("minutes", 15)}, higher_ret_log),
    row("F232", "natr14_15m", "ATR14/C on last COMPLETED 15-min bar", k1m | k5m, "talib.NATR on resampled",
        {length(14), fixed("minutes", 15)}, higher_natr),
    row("F233", "sma20_dist_15m", "C/SMA20-1 on last COMPLETED 15-min bar", k1m | k5m, "talib.SMA on resampled",
        {window(20), fixed("minutes", 15)}, higher_sma_dist),
    row("F234", "volz20_15m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 15-min bar", k1m | k5m,
        "pandas resample", {window(20), fixed("minutes", 15)}, higher_volume_z),
    row("F235", "ret1_60m", "ln(C/C1) on last COMPLETED 60-min bar", k1m | k5m | k15m, "pandas resample",
        {lag("k", 1), fixed("minutes", 60)}, higher_ret_log),
    row("F239", "sma20_dist_60m", "C/SMA20-1 on last COMPLETED 60-min bar", k1m | k5m | k15m, "talib.SMA on resampled",
        {window(20), fixed("minutes", 60)}, higher_sma_dist),
    row("F240", "volz20_60m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 60-min bar", k1m | k5m | k15m,
        "pandas resample", {window(20), fixed("minutes", 60)}, higher_volume_z),
};

}  // namespace

std::span<const FeatureInfo> higher_features() { return kRows; }

}  // namespace foxml::features
