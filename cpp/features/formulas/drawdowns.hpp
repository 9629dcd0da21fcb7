#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace drawdowns_rows {

/// The deepest fall within a closes
constexpr auto max_drawdown = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::max_drawdown, {p.a}); };

/// C over the highest of a closes, less 1
constexpr auto drawdown = [](const auto& v, const auto& p) {
    const auto high = v.high_close(p.a);
    return ratio(v.bar().close - high, high);
};

/// Bars since the highest high of a bars, over a
constexpr auto since_high = [](const auto& v, const auto& p) { return real(v.since_high(p.a)) / p.a; };

/// Root of the mean square over b bars of C's distance below the highest of a closes
constexpr auto ulcer = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::ulcer, {p.a, p.b}); };

/// ln(C / the lowest of a closes), over the deviation of b returns, scaled to a bars
constexpr auto from_low = [](const auto& v, const auto& p) {
    return ratio(log_ratio(v.bar().close, v.low_close(p.a)), return_deviation(v, p.b) * root(real(integer(p.a))));
};

/// ln(C / the highest of a closes), the same
constexpr auto from_high = [](const auto& v, const auto& p) {
    return ratio(log_ratio(v.bar().close, v.high_close(p.a)), return_deviation(v, p.b) * root(real(integer(p.a))));
};

constexpr Row kRows[] = {
    row("F183", "mdd_60", "max_{i<=j}(1-C_j/C_i) in window", kAnyTimeframe, "brute force", {window(60)}, max_drawdown),
    row("F184", "mdd_240", "max_{i<=j}(1-C_j/C_i) in window", kAnyTimeframe, "brute force", {window(240)},
        max_drawdown),
    row("F185", "dd_240", "C/max240(C)-1", kAnyTimeframe, "talib.MAX", {window(240)}, drawdown),
    row("F186", "since_high_240", "bars since max240(H)/240", kAnyTimeframe, "talib.AROON/Qlib IMAX", {window(240)},
        since_high),
    row("F187", "ulcer_60", "sqrt(mean60(dd_60^2))", kAnyTimeframe, "pandas",
        {window("high_window", 60), window("mean_window", 60)}, ulcer),
    row("F190", "from_low_z_60", "ln(C/min60 C)/(sd240(r)*sqrt(60))", kAnyTimeframe, "pandas",
        {window(60), window("deviation_window", 240)}, from_low),
    row("F191", "from_high_z_60", "ln(C/max60 C)/(sd240(r)*sqrt(60))", kAnyTimeframe, "pandas",
        {window(60), window("deviation_window", 240)}, from_high),
};

}  // namespace drawdowns_rows

}  // namespace

}  // namespace foxml::features
