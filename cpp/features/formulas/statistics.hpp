#pragma once

#include "features/entropy.hpp"
#include "features/formulas.hpp"
#include "features/gauges/moments.hpp"

namespace foxml::features {

namespace {

namespace statistics_rows {

/// Bias-corrected skewness of a returns
constexpr auto skewness = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::moments, {p.a}, kSkewnessOutput);
};

/// Bias-corrected excess kurtosis of a returns
constexpr auto kurtosis = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::moments, {p.a}, kKurtosisOutput);
};

/// Correlation of the last n values of a column with those `lag` bars before
template <typename V, typename N>
auto autocorrelation(const V& v, Column x, WideColumn square, WideColumn lagged, N n, int lag) {
    const auto together = n * v.sum(lagged, n) - product(v.sum(x, n), v.sum(x, n, lag));
    const auto variances = real(dispersion(v, x, square, n)) * real(dispersion(v, x, square, n, lag));
    return ratio(real(together), root(variances));
}

/// Correlation of a returns with those one bar before
constexpr auto acf1 = [](const auto& v, const auto& p) {
    return autocorrelation(v, Column::log_return, WideColumn::return_square, WideColumn::return_lag1, p.a, 1);
};

/// Correlation of a returns with those five bars before
constexpr auto acf5 = [](const auto& v, const auto& p) {
    return autocorrelation(v, Column::log_return, WideColumn::return_square, WideColumn::return_lag5, p.a, 5);
};

/// Correlation of the size of a returns with that one bar before
constexpr auto acf1_abs = [](const auto& v, const auto& p) {
    return autocorrelation(v, Column::abs_return, WideColumn::return_square, WideColumn::abs_return_lag1, p.a, 1);
};

/// Variance of the sums of q returns over q times that of the returns themselves
template <typename V, typename N>
auto variance_ratio(const V& v, Column sums, WideColumn square, int q, N n) {
    const auto alone = real(dispersion(v, Column::log_return, WideColumn::return_square, n));
    return ratio(real(dispersion(v, sums, square, n)), q * alone);
}

constexpr auto vr_2 = [](const auto& v, const auto& p) {
    return variance_ratio(v, Column::return_2, WideColumn::return_2_square, 2, p.a);
};
constexpr auto vr_5 = [](const auto& v, const auto& p) {
    return variance_ratio(v, Column::return_5, WideColumn::return_5_square, 5, p.a);
};

/// Slope of ln sd(sums of q returns) on ln q, q = 1, 2, 4, 8, 16. With x = ln q / ln 2 = 0 .. 4 around their mean 2:
/// sum (x - 2) y / (10 ln 2), where what all y have in common drops out, so that y = ln(dispersion) / 2 will do.
constexpr auto hurst = [](const auto& v, const auto& p) {
    const auto dispersed = [&v, &p](Column sums, WideColumn square) { return real(dispersion(v, sums, square, p.a)); };
    const auto y = [&dispersed](Column sums, WideColumn square) {
        const auto x = dispersed(sums, square);
        return log(select(x > 0.0, x, decltype(x){kNaN}));
    };
    const auto ends =
        y(Column::return_16, WideColumn::return_16_square) - y(Column::log_return, WideColumn::return_square);
    const auto middle =
        y(Column::return_8, WideColumn::return_8_square) - y(Column::return_2, WideColumn::return_2_square);
    // The fourth has no weight, yet without it there is no line.
    const auto fourth = dispersed(Column::return_4, WideColumn::return_4_square);
    const auto none = select(fourth > 0.0, decltype(fourth){0.0}, decltype(fourth){kNaN});
    return (2.0 * ends + middle + none) / (20.0 * kLn2);
};

/// Slope of the line fitted to the last a closes, over C
constexpr auto slope = [](const auto& v, const auto& p) { return fit_line(v, p.a).slope / real(v.bar().close); };

/// Share of the variance that the line explains
constexpr auto rsq = [](const auto& v, const auto& p) {
    const auto fit = fit_line(v, p.a);
    const auto around_mean = real(dispersion(v, Column::close, WideColumn::close_square, p.a)) / p.a;
    return ratio(fit.slope * fit.slope * fit.time_square, around_mean);
};

/// (C - fitted value at C) / C
constexpr auto resi = [](const auto& v, const auto& p) {
    const auto fit = fit_line(v, p.a);
    return (-fit.mean_minus_close - fit.slope * (0.5 * (p.a - 1))) / real(v.bar().close);
};

/// Entropy in bits of a words of three signs of returns, over 3
constexpr auto sign_entropy = [](const auto& v, const Params& p) {
    const auto counts = static_cast<std::uint64_t>(v.sum(Column::sign_word, p.a));
    return entropy_of_counts(counts, p.a) / (3.0 * kLn2);
};

/// Entropy of a returns in units of the deviation before them, in eight bins, over ln 8
constexpr auto hist_entropy = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::histogram_entropy, {p.a});
};

/// |C - C_a| / sum of |dC|
constexpr auto efficiency = [](const auto& v, const auto& p) {
    const auto change = v.bar().close - v.close(p.a);
    return ratio(magnitude(change), v.sum(Column::change, p.a));
};

constexpr Parameter return_sums(int bars) { return {"w", bars, 2, kReturnSumsMax}; }

constexpr Row kRows[] = {
    row("F149", "skew_60", "bias-corrected skewness of r", kAnyTimeframe, "pandas skew", {{"w", 60, 3, kWindowMax}},
        skewness),
    row("F150", "skew_240", "bias-corrected skewness of r", kAnyTimeframe, "pandas skew", {{"w", 240, 3, kWindowMax}},
        skewness),
    row("F151", "kurt_60", "bias-corrected excess kurtosis of r", kAnyTimeframe, "pandas kurt",
        {{"w", 60, 4, kWindowMax}}, kurtosis),
    row("F152", "kurt_240", "bias-corrected excess kurtosis of r", kAnyTimeframe, "pandas kurt",
        {{"w", 240, 4, kWindowMax}}, kurtosis),
    row("F153", "acf1_60", "corr(r,r1) over 60", kAnyTimeframe, "pandas", {window(60)}, acf1),
    row("F154", "acf1_240", "corr(r,r1) over 240", kAnyTimeframe, "pandas", {window(240)}, acf1),
    row("F155", "acf5_240", "corr(r,r5) over 240", kAnyTimeframe, "pandas", {window(240)}, acf5),
    row("F156", "acf1_abs_60", "corr(|r|,|r1|) over 60", kAnyTimeframe, "pandas", {{"w", 60, 2, kAbsReturnsMax}},
        acf1_abs),
    row("F157", "vr_2_240", "var(sum of 2 r, overlapping)/(2 var(r)) over 240", kAnyTimeframe, "pandas",
        {return_sums(240)}, vr_2),
    row("F158", "vr_5_240", "var(sum of 5 r, overlapping)/(5 var(r)) over 240", kAnyTimeframe, "pandas",
        {return_sums(240)}, vr_5),
    row("F159", "hurst_240", "OLS slope of ln sd(r^(q)) on ln q, q=1,2,4,8,16", kAnyTimeframe, "brute force",
        {return_sums(240)}, hurst),
    row("F168", "slope_20", "OLS slope of C on time / C", kAnyTimeframe, "talib.LINEARREG_SLOPE; Qlib BETA",
        {window(20)}, slope),
    row("F169", "slope_60", "OLS slope of C on time / C", kAnyTimeframe, "talib.LINEARREG_SLOPE; Qlib BETA",
        {window(60)}, slope),
    row("F170", "rsq_20", "R^2 of the OLS fit of C on time", kAnyTimeframe, "Qlib RSQR", {window(20)}, rsq),
    row("F171", "rsq_60", "R^2 of the OLS fit of C on time", kAnyTimeframe, "Qlib RSQR", {window(60)}, rsq),
    row("F172", "resi_20", "(C-fit_t)/C", kAnyTimeframe, "C-talib.LINEARREG; Qlib RESI", {window(20)}, resi),
    row("F173", "resi_60", "(C-fit_t)/C", kAnyTimeframe, "C-talib.LINEARREG; Qlib RESI", {window(60)}, resi),
    scalar_row("F181", "sign_entropy_120", "Shannon entropy/3 of 3-bit sign words", kAnyTimeframe, "brute force",
               {{"w", 120, 2, kByteCountMax}}, sign_entropy),
    row("F182", "hist_entropy_240", "entropy/ln 8 of r/sd240(t-1) in 8 bins with edges -1.5,-1,-.5,0,.5,1,1.5",
        kAnyTimeframe, "brute force", {{"w", 240, 2, kByteCountMax}}, hist_entropy),
    // On a path without a move there is no efficiency: undefined, where TA-Lib gives 1.
    row("F188", "er_10", "|C-C10|/sum10|dC|", kAnyTimeframe, "talib.ER", {window(10)}, efficiency),
    row("F189", "er_60", "|C-C60|/sum60|dC|", kAnyTimeframe, "talib.ER", {window(60)}, efficiency),
};

}  // namespace statistics_rows

}  // namespace

}  // namespace foxml::features
