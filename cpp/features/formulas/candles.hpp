#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace candles_rows {

template <typename Bar>
auto body_high(const Bar& bar) noexcept {
    return larger(bar.open, bar.close);
}
template <typename Bar>
auto body_low(const Bar& bar) noexcept {
    return smaller(bar.open, bar.close);
}

constexpr auto kmid = [](const auto& v, const Params&) { return ratio(v.bar().close - v.bar().open, v.bar().open); };
constexpr auto kmid2 = [](const auto& v, const Params&) {
    return ratio(v.bar().close - v.bar().open, v.bar().high - v.bar().low);
};
constexpr auto klen = [](const auto& v, const Params&) { return ratio(v.bar().high - v.bar().low, v.bar().open); };
constexpr auto kup = [](const auto& v, const Params&) {
    return ratio(v.bar().high - body_high(v.bar()), v.bar().open);
};
constexpr auto kup2 = [](const auto& v, const Params&) {
    return ratio(v.bar().high - body_high(v.bar()), v.bar().high - v.bar().low);
};
constexpr auto klow = [](const auto& v, const Params&) { return ratio(body_low(v.bar()) - v.bar().low, v.bar().open); };
constexpr auto klow2 = [](const auto& v, const Params&) {
    return ratio(body_low(v.bar()) - v.bar().low, v.bar().high - v.bar().low);
};
constexpr auto ksft = [](const auto& v, const Params&) {
    return ratio(2 * v.bar().close - v.bar().high - v.bar().low, v.bar().open);
};
constexpr auto ksft2 = [](const auto& v, const Params&) {
    return ratio(2 * v.bar().close - v.bar().high - v.bar().low, v.bar().high - v.bar().low);
};

constexpr auto gap = [](const auto& v, const Params&) { return log_ratio(v.bar().open, v.previous().close); };

constexpr auto inside_bar = [](const auto& v, const Params&) {
    const auto& before = v.previous();
    return select((v.bar().high <= before.high) && (v.bar().low >= before.low), 1.0, 0.0);
};

/// |C - O| over its mean of a bars
constexpr auto body_ratio = [](const auto& v, const auto& p) {
    return ratio(p.a * v.sum(Column::body, 1), v.sum(Column::body, p.a));
};

// TA-Lib's default settings of what is a doji's body, a short one, a long or a very short shadow, and near, in
// integers.

/// 1 where |C - O| <= mean10(H - L) / 10, of the ten bars before
constexpr auto doji = [](const auto& v, const Params&) {
    const auto body = magnitude(v.bar().close - v.bar().open);
    return select(100 * body <= v.sum(Column::range, 10, 1), 1.0, 0.0);
};

/// +-1 where the body has the other colour than the one before and reaches over it, on one side at least beyond it
constexpr auto engulfing = [](const auto& v, const Params&) {
    const auto& now = v.bar();
    const auto& before = v.previous();
    const auto up = (now.close >= now.open) && (before.close < before.open) && (now.close >= before.open) &&
                    (now.open <= before.close) && ((now.close > before.open) || (now.open < before.close));
    const auto down = (now.close < now.open) && (before.close >= before.open) && (now.open >= before.close) &&
                      (now.close <= before.open) && ((now.open > before.close) || (now.close < before.open));
    return select(up, 1.0, select(down, -1.0, 0.0));
};

/// 1 where a short body, with a longer shadow below it and next to none above, ends near the low before or under it
constexpr auto hammer = [](const auto& v, const Params&) {
    const auto& now = v.bar();
    const auto top = larger(now.open, now.close);
    const auto bottom = smaller(now.open, now.close);
    const auto is_short = 10 * (top - bottom) < v.sum(Column::body, 10, 1);
    const auto long_below = bottom - now.low > top - bottom;
    const auto none_above = 100 * (now.high - top) < v.sum(Column::range, 10, 1);
    const auto near_low = 25 * (bottom - v.previous().low) <= v.sum(Column::range, 5, 2);
    return select(is_short && long_below && none_above && near_low, 1.0, 0.0);
};

constexpr Row kRows[] = {
    row("F192", "kmid", "(C-O)/O", kAnyTimeframe, "Qlib KMID", {}, kmid),
    row("F193", "klen", "(H-L)/O", kAnyTimeframe, "Qlib KLEN", {}, klen),
    row("F194", "kmid2", "(C-O)/(H-L) (= talib.BOP)", kAnyTimeframe, "Qlib KMID2", {}, kmid2),
    row("F195", "kup", "(H-max(O,C))/O", kAnyTimeframe, "Qlib KUP", {}, kup),
    row("F196", "kup2", "(H-max(O,C))/(H-L)", kAnyTimeframe, "Qlib KUP2", {}, kup2),
    row("F197", "klow", "(min(O,C)-L)/O", kAnyTimeframe, "Qlib KLOW", {}, klow),
    row("F198", "klow2", "(min(O,C)-L)/(H-L)", kAnyTimeframe, "Qlib KLOW2", {}, klow2),
    row("F199", "ksft", "(2C-H-L)/O", kAnyTimeframe, "Qlib KSFT", {}, ksft),
    row("F200", "ksft2", "(2C-H-L)/(H-L)", kAnyTimeframe, "Qlib KSFT2", {}, ksft2),
    row("F201", "gap", "ln(O/C1)", kAnyTimeframe, "pandas", {}, gap),
    row("F202", "inside_bar", "1[H<=H1 and L>=L1]", kAnyTimeframe, "pandas", {}, inside_bar),
    row("F203", "doji", "1 where talib.CDLDOJI is not 0", kAnyTimeframe, "talib.CDLDOJI", {}, doji),
    row("F204", "engulfing", "sign of talib.CDLENGULFING", kAnyTimeframe, "talib.CDLENGULFING", {}, engulfing),
    row("F205", "hammer", "1 where talib.CDLHAMMER is not 0", kAnyTimeframe, "talib.CDLHAMMER", {}, hammer),
    row("F206", "body_ratio_10", "|C-O|/SMA10(|C-O|)", kAnyTimeframe, "pandas", {window(10)}, body_ratio),
};

}  // namespace candles_rows

}  // namespace

}  // namespace foxml::features
