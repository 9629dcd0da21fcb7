#include "features/formulas.hpp"

namespace foxml::features {

namespace {

// The last integer of a row is the minutes of the higher timeframe, the others are the formula's own.

constexpr auto higher_ret_log = [](const auto& v, const Params& p) -> double {
    return v.higher(p.c, [&p](const auto& above) { return ret_log(above, p); });
};
constexpr auto higher_natr = [](const auto& v, const Params& p) -> double {
    return v.higher(p.c, [&p](const auto& above) { return natr(above, p); });
};
constexpr auto higher_sma_dist = [](const auto& v, const Params& p) -> double {
    return v.higher(p.c, [&p](const auto& above) { return sma_dist(above, p); });
};
constexpr auto higher_volume_z = [](const auto& v, const Params& p) -> double {
    return v.higher(p.c, [&p](const auto& above) { return volume_z(above, p); });
};

constexpr FeatureInfo kRows[] = {
    row("F229", "ret1_15m", "ln(C/C1) on last COMPLETED 15-min bar", "tf=15", k1m | k5m, "pandas resample", {1, 0, 15},
        higher_ret_log),
    row("F232", "natr14_15m", "ATR14/C on last COMPLETED 15-min bar", "tf=15", k1m | k5m, "talib.NATR on resampled",
        {14, 0, 15}, higher_natr),
    row("F233", "sma20_dist_15m", "C/SMA20-1 on last COMPLETED 15-min bar", "tf=15", k1m | k5m,
        "talib.SMA on resampled", {20, 0, 15}, higher_sma_dist),
    row("F234", "volz20_15m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 15-min bar", "tf=15", k1m | k5m,
        "pandas resample", {20, 0, 15}, higher_volume_z),
    row("F235", "ret1_60m", "ln(C/C1) on last COMPLETED 60-min bar", "tf=60", k1m | k5m | k15m, "pandas resample",
        {1, 0, 60}, higher_ret_log),
    row("F239", "sma20_dist_60m", "C/SMA20-1 on last COMPLETED 60-min bar", "tf=60", k1m | k5m | k15m,
        "talib.SMA on resampled", {20, 0, 60}, higher_sma_dist),
    row("F240", "volz20_60m", "z of ln(1+V) over 20, ddof 1, on last COMPLETED 60-min bar", "tf=60", k1m | k5m | k15m,
        "pandas resample", {20, 0, 60}, higher_volume_z),
};

}  // namespace

std::span<const FeatureInfo> higher_features() { return kRows; }

}  // namespace foxml::features
