#include "features/formulas.hpp"

namespace foxml::features {

namespace {

/// ln((V + 1) / (SMA_a(V) + 1)), in shares
constexpr auto volume_ratio = [](const auto& v, const Params& p) -> double {
    const double unit = v.scale().volume_unit;
    return log((real(v.bar().volume) * unit + 1.0) / (real(v.sum(Column::volume, p.a)) / p.a * unit + 1.0));
};

constexpr auto obv_slope = [](const auto& v, const Params& p) -> double {
    return ratio(v.sum(Column::signed_volume, p.a), v.sum(Column::volume, p.a));
};

/// C / (sum TP V / sum V) - 1
constexpr auto vwap_dev = [](const auto& v, const Params& p) -> double {
    const Int128 typical3 = v.sum(WideColumn::typical_volume, p.a);
    return ratio(product(3 * v.bar().close, v.sum(Column::volume, p.a)) - typical3, typical3);
};

/// Mean dollar volume of n bars
template <typename V>
double dollar_volume(const V& v, int n) {
    const Scale scale = v.scale();
    return real(v.sum(WideColumn::close_volume, n)) / n * scale.price_grid * scale.volume_unit;
}

constexpr auto dollar_vol = [](const auto& v, const Params& p) -> double { return log(1.0 + dollar_volume(v, p.a)); };

constexpr auto dollar_vol_ratio = [](const auto& v, const Params& p) -> double {
    return log((1.0 + dollar_volume(v, p.a)) / (1.0 + dollar_volume(v, p.b)));
};

constexpr auto vsump = [](const auto& v, const Params& p) -> double {
    return ratio(v.sum(Column::volume_up, p.a), v.sum(Column::volume_change, p.a));
};

constexpr FeatureInfo kRows[] = {
    row("F117", "volume_ratio_5", "ln((V+1)/(SMA5(V)+1))", kAnyTimeframe, "talib.SMA(V); Qlib VMA", {window(5)},
        volume_ratio),
    row("F118", "volume_ratio_20", "ln((V+1)/(SMA20(V)+1))", kAnyTimeframe, "talib.SMA(V); Qlib VMA", {window(20)},
        volume_ratio),
    row("F119", "volume_ratio_60", "ln((V+1)/(SMA60(V)+1))", kAnyTimeframe, "talib.SMA(V); Qlib VMA", {window(60)},
        volume_ratio),
    row("F120", "volume_z_20", "(ln(1+V)-m)/s over 20, s with ddof 1, V in shares", kAnyTimeframe, "pandas",
        {window(20)}, volume_z),
    row("F121", "volume_z_60", "(ln(1+V)-m)/s over 60, s with ddof 1, V in shares", kAnyTimeframe, "pandas",
        {window(60)}, volume_z),
    row("F122", "volume_z_240", "(ln(1+V)-m)/s over 240, s with ddof 1, V in shares", kAnyTimeframe, "pandas",
        {window(240)}, volume_z),
    row("F123", "obv_slope_20", "sum(sgn(dC)V)/sum V", kAnyTimeframe, "d20 talib.OBV/sumV", {window(20)}, obv_slope),
    row("F124", "obv_slope_60", "sum(sgn(dC)V)/sum V", kAnyTimeframe, "d60 talib.OBV/sumV", {window(60)}, obv_slope),
    row("F129", "vwap_dev_20", "C/(sum TP*V/sum V)-1", kAnyTimeframe, "pandas", {window(20)}, vwap_dev),
    row("F130", "vwap_dev_60", "C/(sum TP*V/sum V)-1", kAnyTimeframe, "pandas", {window(60)}, vwap_dev),
    row("F131", "vwap_dev_240", "C/(sum TP*V/sum V)-1", kAnyTimeframe, "pandas", {window(240)}, vwap_dev),
    row("F132", "dollar_vol", "ln(1+SMA20(C*V)), dollars (a level: cross-sectional size, not stationary)",
        kAnyTimeframe, "pandas", {window(20)}, dollar_vol),
    row("F133", "dollar_vol_ratio_5_60", "ln((1+SMA5(CV))/(1+SMA60(CV)))", kAnyTimeframe, "pandas",
        {window("short", 5), window("long", 60)}, dollar_vol_ratio),
    // Without the 1e-12 that Qlib adds below: it makes a 0 of what has no value, and else moves no digit that counts.
    row("F145", "vsump_20", "sum max(dV,0)/sum|dV|", kAnyTimeframe, "Qlib VSUMP20", {window(20)}, vsump),
};

}  // namespace

std::span<const FeatureInfo> volume_features() { return kRows; }

}  // namespace foxml::features
