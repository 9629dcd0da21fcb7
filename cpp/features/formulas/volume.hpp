#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace volume_rows {

/// ln((V + 1) / (SMA_a(V) + 1)), in shares
constexpr auto volume_ratio = [](const auto& v, const auto& p) {
    const auto unit = v.scale().volume_unit;
    return log((real(v.bar().volume) * unit + 1.0) / (real(v.sum(Column::volume, p.a)) / p.a * unit + 1.0));
};

constexpr auto obv_slope = [](const auto& v, const auto& p) {
    return ratio(v.sum(Column::signed_volume, p.a), v.sum(Column::volume, p.a));
};

/// C / (sum TP V / sum V) - 1
constexpr auto vwap_dev = [](const auto& v, const auto& p) {
    const auto typical3 = v.sum(WideColumn::typical_volume, p.a);
    return ratio(product(3 * v.bar().close, v.sum(Column::volume, p.a)) - typical3, typical3);
};

/// Mean dollar volume of n bars
template <typename V, typename N>
auto dollar_volume(const V& v, N n) {
    const auto scale = v.scale();
    return real(v.sum(WideColumn::close_volume, n)) / n * scale.price_grid * scale.volume_unit;
}

constexpr auto dollar_vol = [](const auto& v, const auto& p) { return log(1.0 + dollar_volume(v, p.a)); };

constexpr auto dollar_vol_ratio = [](const auto& v, const auto& p) {
    return log((1.0 + dollar_volume(v, p.a)) / (1.0 + dollar_volume(v, p.b)));
};

constexpr auto vsump = [](const auto& v, const auto& p) {
    return ratio(v.sum(Column::volume_up, p.a), v.sum(Column::volume_change, p.a));
};

/// Chaikin's money flow: each bar's volume counts by where the close lies in the range.
constexpr auto cmf = [](const auto& v, const auto& p) {
    return ratio(real(v.sum(WideColumn::location_volume, p.a)) * kFineUnit, real(v.sum(Column::volume, p.a)));
};

/// ln(1e-3 + mean of 1e12 |r| / (C V) over the bars with volume), C V in dollars
constexpr auto amihud = [](const auto& v, const auto& p) {
    const auto illiquidity = real(v.sum(WideColumn::illiquidity, p.a)) * kFineUnit;
    return log(1e-3 + ratio(illiquidity, real(v.sum(Column::traded, p.a))));
};

/// The spread that makes successive moves of the close oppose each other (Roll 1984), over C
constexpr auto roll_spread = [](const auto& v, const auto& p) {
    const auto moved = v.bar().close - v.close(p.a);
    const auto moved_before = v.close(1) - v.close(p.a + 1);
    const auto covariance = p.a * v.sum(WideColumn::change_lag1, p.a) - product(moved, moved_before);
    const auto opposed = larger(0.0, real(-covariance) / real(integer(p.a) * (p.a - 1)));
    return 2.0 * root(opposed) / real(v.bar().close);
};

constexpr auto corwin_schultz = [](const auto& v, const auto& p) {
    return real(v.sum(Column::high_low_spread, p.a)) / p.a * kLogUnit;
};

/// Price-volume trend: each bar's volume counts by its return.
constexpr auto pvt = [](const auto& v, const auto& p) {
    return ratio(real(v.sum(WideColumn::return_volume, p.a)) * kFineUnit, real(v.sum(Column::volume, p.a)));
};

constexpr auto corr_r_dv = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::return_volume_correlation, p);
};

/// Correlation of C and ln(1 + V)
constexpr auto corr_c_v = [](const auto& v, const auto& p) {
    const auto together = p.a * v.sum(WideColumn::close_log_volume, p.a) -
                          product(v.sum(Column::close, p.a), v.sum(Column::log_volume, p.a));
    const auto variances = real(dispersion(v, Column::close, WideColumn::close_square, p.a)) *
                           real(dispersion(v, Column::log_volume, WideColumn::log_volume_square, p.a));
    return ratio(real(together), root(variances));
};

/// Share of the window's volume in its three busiest bars
constexpr auto volume_skew = [](const auto& v, const Params& p) {
    auto first = v.sum(Column::volume, 1);
    auto second = first - first;
    auto third = second;
    for (int lag = 1; lag < p.a; ++lag) {
        const auto volume = v.sum(Column::volume, 1, lag);
        const auto not_first = smaller(first, volume);
        first = larger(first, volume);
        third = larger(third, smaller(second, not_first));
        second = larger(second, not_first);
    }
    return ratio(first + second + third, v.sum(Column::volume, p.a));
};

/// How far the running sum of CLV V is ahead of its average over n bars, without the sum: e = (1 - a) (e + CLV V) is
/// (1 - a) / a times an average of CLV V, a = 2 / (n + 1).
template <typename V, typename N>
auto ahead_of_average(const V& v, N n) {
    return (0.5 * (n - 1)) * v.ema(Series::accumulation, n);
}

template <typename V, typename N>
auto mean_volume(const V& v, N n) {
    return real(v.sum(Column::volume, n)) / n;
}

constexpr auto adosc = [](const auto& v, const auto& p) {
    return ratio(ahead_of_average(v, p.b) - ahead_of_average(v, p.a), mean_volume(v, p.c));
};

constexpr auto efi = [](const auto& v, const auto& p) {
    return ratio(v.ema(Series::force, p.a), v.rma(Series::true_range, p.b) * mean_volume(v, p.c));
};

constexpr auto kyle = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::kyle, p); };
constexpr auto wvma = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::weighted_volume, p); };
constexpr auto bvc = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::bulk_volume, p); };
constexpr auto grid_presence = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::grid_presence, p); };

/// A window that is looked through bar by bar.
constexpr Parameter short_window(int bars) { return {"w", bars, 4, 64}; }

constexpr Row kRows[] = {
    row("F117", "volume_ratio_5", "ln((V+1)/(SMA5(V)+1))", kAnyTimeframe, "talib.SMA(V); Qlib VMA", {window(5)},
        volume_ratio),
    row("F118", "volume_ratio_20", "ln((V+1)/(SMA20(V)+1))", kAnyTimeframe, "talib.SMA(V); Qlib VMA", {window(20)},
        volume_ratio),
    row("F119", "volume_ratio_60", "ln((V+1)/(SMA60(V)+1))", kAnyTimeframe, "talib.SMA(V); Qlib VMA", {window(60)},
        volume_ratio),
    row("F120", "volume_z_20", "(ln(1+V)-m)/s over 20, s with ddof 1, V in shares", kAnyTimeframe, "pandas",
        {wide_logs_window(20)}, volume_z),
    row("F121", "volume_z_60", "(ln(1+V)-m)/s over 60, s with ddof 1, V in shares", kAnyTimeframe, "pandas",
        {wide_logs_window(60)}, volume_z),
    row("F122", "volume_z_240", "(ln(1+V)-m)/s over 240, s with ddof 1, V in shares", kAnyTimeframe, "pandas",
        {wide_logs_window(240)}, volume_z),
    row("F123", "obv_slope_20", "sum(sgn(dC)V)/sum V", kAnyTimeframe, "d20 talib.OBV/sumV", {window(20)}, obv_slope),
    row("F124", "obv_slope_60", "sum(sgn(dC)V)/sum V", kAnyTimeframe, "d60 talib.OBV/sumV", {window(60)}, obv_slope),
    row("F125", "cmf_20", "sum(CLV*V)/sum V", kAnyTimeframe, "talib.CMF", {window(20)}, cmf),
    row("F126", "cmf_60", "sum(CLV*V)/sum V", kAnyTimeframe, "talib.CMF", {window(60)}, cmf),
    // TA-Lib's ADOSC, without the cumulative line of which it subtracts two averages.
    row("F127", "adosc_n", "(e10-e3)/SMA20(V), e_n=(1-a_n)(e_n,prev+CLV*V), a_n=2/(n+1)", kAnyTimeframe,
        "talib.ADOSC after 200 bars (brute force for bits)", {length("fast", 3), length("slow", 10), window(20)},
        adosc),
    row("F128", "efi_n", "EMA13(dC*V)/(ATR14*SMA20(V))", kAnyTimeframe, "talib.EFI",
        {length("n", 13), length("atr", 14), window(20)}, efi),
    row("F129", "vwap_dev_20", "C/(sum TP*V/sum V)-1", kAnyTimeframe, "pandas", {window(20)}, vwap_dev),
    row("F130", "vwap_dev_60", "C/(sum TP*V/sum V)-1", kAnyTimeframe, "pandas", {window(60)}, vwap_dev),
    row("F131", "vwap_dev_240", "C/(sum TP*V/sum V)-1", kAnyTimeframe, "pandas", {window(240)}, vwap_dev),
    row("F132", "dollar_vol", "ln(1+SMA20(C*V)), dollars (a level: cross-sectional size, not stationary)",
        kAnyTimeframe, "pandas", {window(20)}, dollar_vol),
    row("F133", "dollar_vol_ratio_5_60", "ln((1+SMA5(CV))/(1+SMA60(CV)))", kAnyTimeframe, "pandas",
        {window("short", 5), window("long", 60)}, dollar_vol_ratio),
    row("F134", "amihud_20", "ln(1e-3+mean20(1e12*|r|/(C*V))), bars with V=0 skipped", kAnyTimeframe, "pandas",
        {window(20)}, amihud),
    row("F135", "amihud_60", "ln(1e-3+mean60(1e12*|r|/(C*V))), bars with V=0 skipped", kAnyTimeframe, "pandas",
        {window(60)}, amihud),
    row("F136", "kyle_20", "cov(dC/C1,q)/var(q)*mean|q|, q=sgn(dC)*C*V", kAnyTimeframe, "pandas cov/var", {window(20)},
        kyle),
    row("F137", "kyle_60", "cov(dC/C1,q)/var(q)*mean|q|, q=sgn(dC)*C*V", kAnyTimeframe, "pandas cov/var", {window(60)},
        kyle),
    row("F138", "roll_spread_60", "2 sqrt(max(0,-cov(dC,dC1)))/C", kAnyTimeframe, "pandas", {window(60)}, roll_spread),
    row("F139", "corwin_schultz_20",
        "mean20 max(0,2(e^a-1)/(1+e^a)), a=(sqrt(2b)-sqrt b)/(3-2sqrt2)-sqrt(g/(3-2sqrt2))", kAnyTimeframe,
        "brute force", {window(20)}, corwin_schultz),
    row("F140", "pvt_20", "sum(s*V)/sum V, s=C/C1-1", kAnyTimeframe, "d20 talib.PVT/sumV", {window(20)}, pvt),
    row("F141", "corr_r_dv_20", "corr20(C/C1, ln((V+1)/(V1+1)))", kAnyTimeframe, "brute force; Qlib CORD20 where V1>0",
        {window(20)}, corr_r_dv),
    row("F142", "corr_r_dv_60", "corr60(C/C1, ln((V+1)/(V1+1)))", kAnyTimeframe, "brute force; Qlib CORD60 where V1>0",
        {window(60)}, corr_r_dv),
    row("F143", "corr_c_v_20", "corr20(C, ln(V+1))", kAnyTimeframe, "Qlib CORR20; talib.CORREL", {wide_logs_window(20)},
        corr_c_v),
    row("F144", "wvma_20", "sd20(|s|V)/(mean20(|s|V)+1e-12), V in shares", kAnyTimeframe, "Qlib WVMA20", {window(20)},
        wvma),
    // Without the 1e-12 that Qlib adds below: it makes a 0 of what has no value, and else moves no digit that counts.
    row("F145", "vsump_20", "sum max(dV,0)/sum|dV|", kAnyTimeframe, "Qlib VSUMP20", {window(20)}, vsump),
    row("F146", "volume_skew_20", "share of the 20-bar volume in its 3 busiest bars", kAnyTimeframe, "pandas",
        {short_window(20)}, volume_skew),
    row("F147", "bvc_50", "sum V(2Phi(r/sd60)-1)/sum V", kAnyTimeframe, "pandas",
        {window("w", 50), window("deviation", 60)}, bvc),
    row("F148", "grid_presence_60", "share of the last 60 grid bars of the session calendar that had a trade",
        kAnyTimeframe, "pandas on the grid", {window(60)}, grid_presence),
};

}  // namespace volume_rows

}  // namespace

}  // namespace foxml::features
