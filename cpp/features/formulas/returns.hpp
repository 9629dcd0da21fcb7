#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace returns_rows {

// Longest run that a streak counts.
constexpr int kStreakMax = 20;

/// ln(C / C_a) over the deviation of the 60 returns before those a bars, scaled to a bars
constexpr auto ret_volscaled = [](const auto& v, const auto& p) {
    const auto deviation = return_deviation(v, 60, p.a);
    return ratio(ret_log(v, p), deviation * root(real(integer(p.a))));
};

/// ln(C_b / C_a)
constexpr auto mom_skip = [](const auto& v, const auto& p) { return log_ratio(v.close(p.b), v.close(p.a)); };

constexpr auto up_share = [](const auto& v, const auto& p) { return real(v.sum(Column::ups, p.a)) / p.a; };

/// Length of the run of bars with the last return's sign, times that sign
constexpr auto streak = [](const auto& v, const Params&) -> double {
    (void)v.close(kStreakMax);  // the furthest that the loop may read
    const auto sign = [&v](int lag) {
        const auto change = v.close(lag) - v.close(lag + 1);
        return (change > 0) - (change < 0);
    };
    const int last = sign(0);
    int length = 1;
    while (length < kStreakMax && sign(length) == last) {
        ++length;
    }
    return last * length;
};

/// ln(C / C_a) - ln(C_a / C_2a)
constexpr auto accel = [](const auto& v, const auto& p) {
    return ret_log(v, p) - log_ratio(v.close(p.a), v.close(2 * p.a));
};

constexpr auto sharpe = [](const auto& v, const auto& p) {
    const auto mean = real(v.sum(Column::log_return, p.a)) / p.a;
    return ratio(mean, deviation(v, Column::log_return, WideColumn::return_square, p.a));
};

constexpr Row kRows[] = {
    row("F001", "ret_log_1", "ln(C_t/C_{t-1})", kAnyTimeframe, "ln(1+talib.ROCP(C,1)); np.diff(ln C)", {lag("k", 1)},
        ret_log),
    row("F002", "ret_log_3", "ln(C_t/C_{t-3})", kAnyTimeframe, "ln(1+talib.ROCP(C,3)); np.diff(ln C)", {lag("k", 3)},
        ret_log),
    row("F003", "ret_log_5", "ln(C_t/C_{t-5})", kAnyTimeframe, "ln(1+talib.ROCP(C,5)); np.diff(ln C)", {lag("k", 5)},
        ret_log),
    row("F004", "ret_log_10", "ln(C_t/C_{t-10})", kAnyTimeframe, "ln(1+talib.ROCP(C,10)); np.diff(ln C)",
        {lag("k", 10)}, ret_log),
    row("F005", "ret_log_20", "ln(C_t/C_{t-20})", kAnyTimeframe, "ln(1+talib.ROCP(C,20)); np.diff(ln C)",
        {lag("k", 20)}, ret_log),
    row("F006", "ret_log_30", "ln(C_t/C_{t-30})", kAnyTimeframe, "ln(1+talib.ROCP(C,30)); np.diff(ln C)",
        {lag("k", 30)}, ret_log),
    row("F007", "ret_log_60", "ln(C_t/C_{t-60})", kAnyTimeframe, "ln(1+talib.ROCP(C,60)); np.diff(ln C)",
        {lag("k", 60)}, ret_log),
    row("F008", "ret_log_120", "ln(C_t/C_{t-120})", kAnyTimeframe, "ln(1+talib.ROCP(C,120)); np.diff(ln C)",
        {lag("k", 120)}, ret_log),
    row("F009", "ret_log_240", "ln(C_t/C_{t-240})", kAnyTimeframe, "ln(1+talib.ROCP(C,240)); np.diff(ln C)",
        {lag("k", 240)}, ret_log),
    row("F010", "ret_log_390", "ln(C_t/C_{t-390})", kAnyTimeframe, "ln(1+talib.ROCP(C,390)); np.diff(ln C)",
        {lag("k", 390)}, ret_log),
    row("F011", "ret_volscaled_5", "ln(C/C_{t-5})/(sd60(r)_{t-5}*sqrt(5))", kAnyTimeframe, "pandas", {lag("k", 5)},
        ret_volscaled),
    row("F012", "ret_volscaled_20", "ln(C/C_{t-20})/(sd60(r)_{t-20}*sqrt(20))", kAnyTimeframe, "pandas", {lag("k", 20)},
        ret_volscaled),
    row("F013", "ret_volscaled_60", "ln(C/C_{t-60})/(sd60(r)_{t-60}*sqrt(60))", kAnyTimeframe, "pandas", {lag("k", 60)},
        ret_volscaled),
    row("F014", "mom_skip_60_5", "ln(C_{t-5}/C_{t-60})", kAnyTimeframe, "pandas", {lag("from", 60), lag("to", 5)},
        mom_skip),
    row("F015", "mom_skip_240_20", "ln(C_{t-20}/C_{t-240})", kAnyTimeframe, "pandas", {lag("from", 240), lag("to", 20)},
        mom_skip),
    row("F016", "up_share_10", "mean_10(1[C>C1])", kAnyTimeframe, "Qlib CNTP10", {window(10)}, up_share),
    row("F017", "up_share_20", "mean_20(1[C>C1])", kAnyTimeframe, "Qlib CNTP20", {window(20)}, up_share),
    row("F018", "up_share_60", "mean_60(1[C>C1])", kAnyTimeframe, "Qlib CNTP60", {window(60)}, up_share),
    scalar_row("F019", "streak", "signed run length of sign(r), capped at +-20; 0 on r=0", kAnyTimeframe,
               "pandas groupby-cumcount", {}, streak),
    row("F020", "accel_5", "ret_5(t)-ret_5(t-5)", kAnyTimeframe, "pandas", {lag("k", 5)}, accel),
    row("F021", "sharpe_20", "mean20(r)/sd20(r), ddof 1", kAnyTimeframe, "pandas", {window(20)}, sharpe),
    row("F022", "sharpe_60", "mean60(r)/sd60(r), ddof 1", kAnyTimeframe, "pandas", {window(60)}, sharpe),
};

}  // namespace returns_rows

}  // namespace

}  // namespace foxml::features
