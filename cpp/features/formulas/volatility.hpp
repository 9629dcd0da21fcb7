#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace volatility_rows {

/// Mean of a column of squared logarithms
template <typename V, typename N>
auto mean_square(const V& v, WideColumn column, N n) {
    return real(v.sum(column, n)) / n * kLogSquareUnit;
}

constexpr auto vol_cc = [](const auto& v, const auto& p) { return return_deviation(v, p.a); };

constexpr auto parkinson = [](const auto& v, const auto& p) {
    return root(mean_square(v, WideColumn::log_range_square, p.a) / (4.0 * kLn2));
};

constexpr auto garman_klass = [](const auto& v, const auto& p) {
    const auto range = mean_square(v, WideColumn::log_range_square, p.a);
    const auto body = mean_square(v, WideColumn::log_body_square, p.a);
    return root(0.5 * range - (2.0 * kLn2 - 1.0) * body);
};

constexpr auto rogers_satchell = [](const auto& v, const auto& p) {
    return root(mean_square(v, WideColumn::rogers_satchell, p.a));
};

/// sqrt(var(ln O/C1) + k var(ln C/O) + (1 - k) RS), k = .34 / (1.34 + (n + 1) / (n - 1)), ddof 1
constexpr auto yang_zhang = [](const auto& v, const auto& p) {
    const auto n = p.a;
    const auto k = 0.34 / (1.34 + (n + 1.0) / (n - 1.0));
    const auto variance = [&v, &p, n](Column x, WideColumn square) {
        return real(dispersion(v, x, square, p.a)) / (n * (n - 1.0)) * kLogSquareUnit;
    };
    return root(variance(Column::log_gap, WideColumn::log_gap_square) +
                k * variance(Column::log_body, WideColumn::log_body_square) +
                (1.0 - k) * mean_square(v, WideColumn::rogers_satchell, p.a));
};

constexpr auto true_range_n = [](const auto& v, const Params&) {
    return ratio(v.sum(Column::true_range, 1), v.previous().close);
};

constexpr auto ewma_vol = [](const auto& v, const auto& p) { return root(v.decayed(Series::return_square, p.a)); };

constexpr auto vol_ratio = [](const auto& v, const auto& p) {
    return ratio(return_deviation(v, p.a), return_deviation(v, p.b));
};

/// Parkinson's volatility over that of the closes
constexpr auto pk_cc_ratio = [](const auto& v, const auto& p) { return ratio(parkinson(v, p), vol_cc(v, p)); };

constexpr auto vol_of_vol = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::volatility_of_volatility, p);
};

constexpr auto semivol_dn = [](const auto& v, const auto& p) {
    return root(mean_square(v, WideColumn::downside_square, p.a));
};

constexpr auto semivol_ratio = [](const auto& v, const auto& p) {
    const auto down = v.sum(WideColumn::downside_square, p.a);
    return root(ratio(down, v.sum(WideColumn::return_square, p.a) - down));
};

/// What share of the variance came in jumps: max(0, 1 - BV / RV). The bipower variation BV leaves single jumps out;
/// n / (n - 1) makes up for the one product fewer than returns (Barndorff-Nielsen and Shephard 2004).
constexpr auto jump = [](const auto& v, const auto& p) {
    const auto scale = 0.5 * kPi * p.a / (p.a - 1.0);
    const auto bipower = v.sum(WideColumn::abs_return_lag1, p.a - 1);
    return larger(0.0, 1.0 - scale * ratio(bipower, v.sum(WideColumn::return_square, p.a)));
};

constexpr Row kRows[] = {
    row("F093", "vol_cc_10", "sd10(r), ddof 1", kAnyTimeframe, "pandas std; talib.STDDEV*sqrt(n/(n-1))", {window(10)},
        vol_cc),
    row("F094", "vol_cc_20", "sd20(r), ddof 1", kAnyTimeframe, "pandas std; talib.STDDEV*sqrt(n/(n-1))", {window(20)},
        vol_cc),
    row("F095", "vol_cc_60", "sd60(r), ddof 1", kAnyTimeframe, "pandas std; talib.STDDEV*sqrt(n/(n-1))", {window(60)},
        vol_cc),
    row("F096", "vol_cc_240", "sd240(r), ddof 1", kAnyTimeframe, "pandas std; talib.STDDEV*sqrt(n/(n-1))",
        {window(240)}, vol_cc),
    row("F097", "parkinson_20", "sqrt(mean(ln(H/L)^2)/(4 ln2))", kAnyTimeframe, "pandas", {window(20)}, parkinson),
    row("F098", "parkinson_60", "sqrt(mean(ln(H/L)^2)/(4 ln2))", kAnyTimeframe, "pandas", {window(60)}, parkinson),
    row("F099", "gk_20", "sqrt(mean(.5 ln(H/L)^2-(2ln2-1)ln(C/O)^2))", kAnyTimeframe, "pandas", {window(20)},
        garman_klass),
    row("F100", "gk_60", "sqrt(mean(.5 ln(H/L)^2-(2ln2-1)ln(C/O)^2))", kAnyTimeframe, "pandas", {window(60)},
        garman_klass),
    row("F101", "rs_20", "sqrt(mean(ln(H/C)ln(H/O)+ln(L/C)ln(L/O)))", kAnyTimeframe,
        "pandas (talib.ROGERSSATCHELL unreleased)", {window(20)}, rogers_satchell),
    row("F102", "rs_60", "sqrt(mean(ln(H/C)ln(H/O)+ln(L/C)ln(L/O)))", kAnyTimeframe,
        "pandas (talib.ROGERSSATCHELL unreleased)", {window(60)}, rogers_satchell),
    row("F103", "yz_20", "sqrt(var(ln O/C1)+k var(ln C/O)+(1-k)RS), k=.34/(1.34+(n+1)/(n-1))", kAnyTimeframe, "pandas",
        {wide_logs_window(20)}, yang_zhang),
    row("F104", "yz_60", "sqrt(var(ln O/C1)+k var(ln C/O)+(1-k)RS), k=.34/(1.34+(n+1)/(n-1))", kAnyTimeframe, "pandas",
        {wide_logs_window(60)}, yang_zhang),
    row("F105", "natr_14", "ATR14/C", kAnyTimeframe, "talib.NATR/100", {length(14)}, natr),
    row("F106", "natr_50", "ATR50/C", kAnyTimeframe, "talib.NATR/100", {length(50)}, natr),
    row("F107", "tr_n", "TR/C1", kAnyTimeframe, "talib.TRANGE", {}, true_range_n),
    // Seeded by the first r^2, as pandas does; valid when as little of that is left as of an EMA's start after 20 n
    // bars.
    row("F108", "ewma_vol_94", "sqrt(v), v=.94 v1+(1-.94) r^2", kAnyTimeframe, "pandas ewm(adjust=False)",
        {percent(94)}, ewma_vol),
    row("F109", "ewma_vol_97", "sqrt(v), v=.97 v1+(1-.97) r^2", kAnyTimeframe, "pandas ewm(adjust=False)",
        {percent(97)}, ewma_vol),
    row("F110", "vol_ratio_10_60", "sd10(r)/sd60(r), ddof 1", kAnyTimeframe, "pandas",
        {window("short", 10), window("long", 60)}, vol_ratio),
    row("F111", "vol_ratio_20_240", "sd20(r)/sd240(r), ddof 1", kAnyTimeframe, "pandas",
        {window("short", 20), window("long", 240)}, vol_ratio),
    row("F112", "pk_cc_ratio_20", "parkinson_20/vol_cc_20", kAnyTimeframe, "pandas", {window(20)}, pk_cc_ratio),
    row("F113", "vol_of_vol", "sd60(vol_cc_20)/mean60(vol_cc_20), ddof 1", kAnyTimeframe, "pandas",
        {window("vol", 20), window("w", 60)}, vol_of_vol),
    row("F114", "semivol_dn_60", "sqrt(mean60(min(r,0)^2))", kAnyTimeframe, "pandas", {window(60)}, semivol_dn),
    row("F115", "semivol_ratio_60", "sqrt(sum min(r,0)^2/sum max(r,0)^2)", kAnyTimeframe, "pandas", {window(60)},
        semivol_ratio),
    row("F116", "jump_60", "max(0,1-BV/RV), BV=(pi/2)(n/(n-1))sum|r||r1|, RV=sum r^2", kAnyTimeframe, "brute force",
        {window(60)}, jump),
};

}  // namespace volatility_rows

}  // namespace

}  // namespace foxml::features
