#pragma once

#include "features/benchmark.hpp"

namespace foxml::features {

namespace {

namespace benchmark_rows {

constexpr auto beta = [](const auto& v, const auto& p) { return where_benchmark(v, p.a, beta_of(v, p.a)); };

constexpr auto correlation = [](const auto& v, const auto& p) {
    const auto variances =
        real(dispersion(v, Column::log_return, WideColumn::return_square, p.a)) * real(benchmark_dispersion(v, p.a));
    return where_benchmark(v, p.a, ratio(real(benchmark_codispersion(v, p.a)), root(variances)));
};

/// sqrt(var(r) - cov(r, b)^2 / var(b)), ddof 1. Of r - b the same is left as of r: where r is nearly b, the difference
/// is taken in integers, and nothing is lost to two large numbers that are nearly equal.
constexpr auto idio_vol = [](const auto& v, const auto& p) {
    const auto of_r = dispersion(v, Column::log_return, WideColumn::return_square, p.a);
    const auto of_b = benchmark_dispersion(v, p.a);
    const auto together = benchmark_codispersion(v, p.a);
    const auto like_b = ratio(together, of_b) > 0.5;
    const auto own = real(select(like_b, of_r - 2 * together + of_b, of_r));
    const auto shared = real(select(like_b, together - of_b, together));
    const auto left = own - ratio(shared, real(of_b)) * shared;
    const auto variance = select(left < 0.0, decltype(left){0.0}, left) / real(integer(p.a) * (p.a - 1));
    return where_benchmark(v, p.a, root(variance) * kLogUnit);
};

constexpr auto residual = [](const auto& v, const auto& p) { return residual_return(v, p.a) * kLogUnit; };

constexpr auto residual_momentum = [](const auto& v, const Params& p) {
    return v.gauge(GaugeKind::residual_momentum, {p.a, p.b});
};

constexpr Row kRows[] = {
    row("F174", "beta_60", "cov(r,b)/var(b), b=benchmark log return", kAnyTimeframe,
        "pandas (talib.BETA uses simple returns)", {window(60)}, beta),
    row("F175", "beta_240", "cov(r,b)/var(b), b=benchmark log return", kAnyTimeframe,
        "pandas (talib.BETA uses simple returns)", {window(240)}, beta),
    row("F176", "corr_bm_60", "corr(r,b)", kAnyTimeframe, "talib.CORREL(r,b)", {window(60)}, correlation),
    row("F177", "corr_bm_240", "corr(r,b)", kAnyTimeframe, "talib.CORREL(r,b)", {window(240)}, correlation),
    row("F178", "idio_vol_60", "sqrt(max(0,var(r)-beta^2 var(b)))", kAnyTimeframe, "pandas",
        {{"w", 60, 2, kAbsReturnsMax}}, idio_vol),
    row("F179", "resid_ret_1", "r-beta_60(t-1)*b", kAnyTimeframe, "pandas", {window(60)}, residual),
    row("F180", "resid_mom_20", "sum20 resid_ret_1", kAnyTimeframe, "pandas", {window("beta_window", 60), window(20)},
        residual_momentum),
};

}  // namespace benchmark_rows

}  // namespace

}  // namespace foxml::features
