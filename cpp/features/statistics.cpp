#include "features/formulas.hpp"

namespace foxml::features {

namespace {

/// Slope of the line fitted to the last a closes, over C
constexpr auto slope = [](const auto& v, const Params& p) -> double {
    return fit_line(v, p.a).slope / real(v.bar().close);
};

/// Share of the variance that the line explains
constexpr auto rsq = [](const auto& v, const Params& p) -> double {
    const LineFit fit = fit_line(v, p.a);
    const double around_mean = real(dispersion(v, Column::close, WideColumn::close_square, p.a)) / p.a;
    return ratio(fit.slope * fit.slope * fit.time_square, around_mean);
};

/// (C - fitted value at C) / C
constexpr auto resi = [](const auto& v, const Params& p) -> double {
    const LineFit fit = fit_line(v, p.a);
    return (-fit.mean_minus_close - fit.slope * (0.5 * (p.a - 1))) / real(v.bar().close);
};

/// Correlation of a returns with those one bar before
constexpr auto acf1 = [](const auto& v, const Params& p) -> double {
    const std::int64_t now = v.sum(Column::log_return, p.a);
    const std::int64_t before = v.sum(Column::log_return, p.a, 1);
    const Int128 together = p.a * v.sum(WideColumn::return_lag1, p.a) - product(now, before);
    const double variances = real(dispersion(v, Column::log_return, WideColumn::return_square, p.a)) *
                             real(dispersion(v, Column::log_return, WideColumn::return_square, p.a, 1));
    return ratio(real(together), root(variances));
};

/// |C - C_a| / sum of |dC|
constexpr auto efficiency = [](const auto& v, const Params& p) -> double {
    const std::int64_t change = v.bar().close - v.close(p.a);
    return ratio(change < 0 ? -change : change, v.sum(Column::change, p.a));
};

/// C over the highest of a closes, less 1
constexpr auto drawdown = [](const auto& v, const Params& p) -> double {
    const std::int64_t high = v.high_close(p.a);
    return ratio(v.bar().close - high, high);
};

constexpr FeatureInfo kRows[] = {
    row("F153", "acf1_60", "corr(r,r1) over 60", kAnyTimeframe, "pandas", {window(60)}, acf1),
    row("F168", "slope_20", "OLS slope of C on time / C", kAnyTimeframe, "talib.LINEARREG_SLOPE; Qlib BETA",
        {window(20)}, slope),
    row("F169", "slope_60", "OLS slope of C on time / C", kAnyTimeframe, "talib.LINEARREG_SLOPE; Qlib BETA",
        {window(60)}, slope),
    row("F170", "rsq_20", "R^2 of the OLS fit of C on time", kAnyTimeframe, "Qlib RSQR", {window(20)}, rsq),
    row("F171", "rsq_60", "R^2 of the OLS fit of C on time", kAnyTimeframe, "Qlib RSQR", {window(60)}, rsq),
    row("F172", "resi_20", "(C-fit_t)/C", kAnyTimeframe, "C-talib.LINEARREG; Qlib RESI", {window(20)}, resi),
    row("F173", "resi_60", "(C-fit_t)/C", kAnyTimeframe, "C-talib.LINEARREG; Qlib RESI", {window(60)}, resi),
    row("F185", "dd_240", "C/max240(C)-1", kAnyTimeframe, "talib.MAX", {window(240)}, drawdown),
    // On a path without a move there is no efficiency: undefined, where TA-Lib gives 1.
    row("F188", "er_10", "|C-C10|/sum10|dC|", kAnyTimeframe, "talib.ER", {window(10)}, efficiency),
    row("F189", "er_60", "|C-C60|/sum60|dC|", kAnyTimeframe, "talib.ER", {window(60)}, efficiency),
};

}  // namespace

std::span<const FeatureInfo> statistic_features() { return kRows; }

}  // namespace foxml::features
