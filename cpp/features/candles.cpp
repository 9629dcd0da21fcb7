#include <algorithm>

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

std::int64_t body_high(const IntegerBar& bar) noexcept { return std::max(bar.open, bar.close); }
std::int64_t body_low(const IntegerBar& bar) noexcept { return std::min(bar.open, bar.close); }

constexpr auto kmid = [](const auto& v, const Params&) -> double {
    return ratio(v.bar().close - v.bar().open, v.bar().open);
};
constexpr auto kmid2 = [](const auto& v, const Params&) -> double {
    return ratio(v.bar().close - v.bar().open, v.bar().high - v.bar().low);
};
constexpr auto klen = [](const auto& v, const Params&) -> double {
    return ratio(v.bar().high - v.bar().low, v.bar().open);
};
constexpr auto kup = [](const auto& v, const Params&) -> double {
    return ratio(v.bar().high - body_high(v.bar()), v.bar().open);
};
constexpr auto kup2 = [](const auto& v, const Params&) -> double {
    return ratio(v.bar().high - body_high(v.bar()), v.bar().high - v.bar().low);
};
constexpr auto klow = [](const auto& v, const Params&) -> double {
    return ratio(body_low(v.bar()) - v.bar().low, v.bar().open);
};
constexpr auto klow2 = [](const auto& v, const Params&) -> double {
    return ratio(body_low(v.bar()) - v.bar().low, v.bar().high - v.bar().low);
};
constexpr auto ksft = [](const auto& v, const Params&) -> double {
    return ratio(2 * v.bar().close - v.bar().high - v.bar().low, v.bar().open);
};
constexpr auto ksft2 = [](const auto& v, const Params&) -> double {
    return ratio(2 * v.bar().close - v.bar().high - v.bar().low, v.bar().high - v.bar().low);
};

constexpr auto gap = [](const auto& v, const Params&) -> double { return log_ratio(v.bar().open, v.previous().close); };

constexpr auto inside_bar = [](const auto& v, const Params&) -> double {
    const IntegerBar& before = v.previous();
    return v.bar().high <= before.high && v.bar().low >= before.low ? 1.0 : 0.0;
};

/// |C - O| over its mean of a bars
constexpr auto body_ratio = [](const auto& v, const Params& p) -> double {
    return ratio(p.a * v.sum(Column::body, 1), v.sum(Column::body, p.a));
};

constexpr FeatureInfo kRows[] = {
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
    row("F206", "body_ratio_10", "|C-O|/SMA10(|C-O|)", kAnyTimeframe, "pandas", {window(10)}, body_ratio),
};

}  // namespace

std::span<const FeatureInfo> candle_features() { return kRows; }

}  // namespace foxml::features
