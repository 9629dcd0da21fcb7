#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace ranks_rows {

/// Average rank of C among a closes, over a
constexpr auto rank = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::close_rank, {p.a}); };

/// Average rank of the deviation of b returns among its last a values, over a
constexpr auto volatility_rank = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::volatility_rank, {p.a, p.b});
};

/// The quantile of a closes at b percent, over C
constexpr auto quantile = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::close_order, {p.a}, p.b) / real(v.bar().close);
};

/// C over the median of a closes, less 1
constexpr auto median_dist = [](const auto& v, const Params& p) {
    const auto median = v.gauge(GaugeKind::close_order, {p.a}, 50);
    return (real(v.bar().close) - median) / median;
};

/// Distance of the quartiles of a returns, in deviations, over what it is for a normal distribution
constexpr auto iqr = [](const auto& v, const Params& p) {
    const auto upper = v.gauge(GaugeKind::return_order, {p.a}, 75);
    const auto lower = v.gauge(GaugeKind::return_order, {p.a}, 25);
    return ratio((upper - lower) / 1.349, deviation(v, Column::log_return, WideColumn::return_square, p.a));
};

constexpr Parameter percent_of(int percent) { return {"percent", percent, 1, 99}; }

constexpr Row kRows[] = {
    row("F160", "rank_20", "average rank of C in window / w", kAnyTimeframe, "pandas rank(pct); Qlib RANK",
        {window(20)}, rank),
    row("F161", "rank_60", "average rank of C in window / w", kAnyTimeframe, "pandas rank(pct); Qlib RANK",
        {window(60)}, rank),
    row("F162", "rank_240", "average rank of C in window / w", kAnyTimeframe, "pandas rank(pct); Qlib RANK",
        {window(240)}, rank),
    row("F163", "rank_vol_240", "rank pct of vol_cc_20 in 240", kAnyTimeframe, "pandas", {window(240), window("n", 20)},
        volatility_rank),
    row("F164", "qtlu_20", "q80_20(C)/C", kAnyTimeframe, "Qlib QTLU20; pandas quantile", {window(20), percent_of(80)},
        quantile),
    row("F165", "qtld_20", "q20_20(C)/C", kAnyTimeframe, "Qlib QTLD20", {window(20), percent_of(20)}, quantile),
    row("F166", "median_dist_60", "C/median60-1", kAnyTimeframe, "pandas median", {window(60)}, median_dist),
    row("F167", "iqr_r_60", "(q75-q25)/1.349/sd60 of r", kAnyTimeframe, "pandas", {window(60)}, iqr),
};

}  // namespace ranks_rows

}  // namespace

}  // namespace foxml::features
