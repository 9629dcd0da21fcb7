#pragma once

#include <array>

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

namespace oscillators_rows {

/// Where the close of `lag` bars ago lies in the range of the n bars up to it, in percent
template <typename V, typename N>
auto stochastic(const V& v, N n, int lag) {
    const auto low = v.low(n, lag);
    return ratio(100 * (v.close(lag) - low), v.high(n, lag) - low);
}

constexpr auto stochf_k = [](const auto& v, const auto& p) { return stochastic(v, p.a, 0); };

/// Stochastics that a slow one is made of: three, smoothed over three.
constexpr int kSlowMax = 3;

/// Means of b stochastics each up to the bars c - 1 to 0 bars ago, and the mean of these; all from the oldest on
template <typename V>
auto slow_stochastic(const V& v, int n, int b, int c) {
    using Real = decltype(stochastic(v, n, 0));
    std::array<Real, 2 * kSlowMax - 1> fast{};
    for (int lag = b + c - 2; lag >= 0; --lag) {
        fast[static_cast<std::size_t>(lag)] = stochastic(v, n, lag);
    }
    const auto slow = [&fast, b](int lag) {
        auto sum = fast[static_cast<std::size_t>(lag + b - 1)];
        for (int i = b - 2; i >= 0; --i) {
            sum = sum + fast[static_cast<std::size_t>(lag + i)];
        }
        return sum / b;
    };
    auto sum = slow(c - 1);
    for (int lag = c - 2; lag >= 0; --lag) {
        sum = sum + slow(lag);
    }
    return sum / c;
}

constexpr auto stoch_slowk = [](const auto& v, const Params& p) { return slow_stochastic(v, p.a, p.b, 1); };
constexpr auto stoch_slowd = [](const auto& v, const Params& p) { return slow_stochastic(v, p.a, p.b, p.c); };

/// Where the last RSI_a lies in the range of the last b of them, in percent
constexpr auto stochrsi = [](const auto& v, const Params& p) { return v.gauge(GaugeKind::stochastic_rsi, p); };

/// (TP - mean_a(TP)) / (0.015 mean of the distances from that mean)
constexpr auto cci = [](const auto& v, const Params& p) {
    const auto typical3 = [&v](int n, int lag) {
        return v.sum(Column::high_low, n, lag) + v.sum(Column::close, n, lag);
    };
    const auto total = typical3(p.a, 0);
    const auto last = p.a * typical3(1, 0) - total;
    auto distances = magnitude(last);
    for (int lag = 1; lag < p.a; ++lag) {
        distances = distances + magnitude(p.a * typical3(1, lag) - total);
    }
    return ratio(real(p.a * last), 0.015 * real(distances));
};

/// 100 WILDER_a(moves up) / ATR_a
constexpr auto plus_di = [](const auto& v, const auto& p) {
    return ratio(100.0 * v.rma(Series::up_move, p.a), v.rma(Series::true_range, p.a));
};
constexpr auto minus_di = [](const auto& v, const auto& p) {
    return ratio(100.0 * v.rma(Series::down_move, p.a), v.rma(Series::true_range, p.a));
};

constexpr auto adx = [](const auto& v, const auto& p) { return v.rma({Series::directional_index, p.a}, p.a); };

constexpr auto willr = [](const auto& v, const auto& p) {
    const auto high = v.high(p.a);
    return ratio(-100 * (high - v.bar().close), high - v.low(p.a));
};

/// 100 P / (P + N), sums of typical price times volume where the typical price rose and fell
constexpr auto mfi = [](const auto& v, const auto& p) {
    const auto up = v.sum(WideColumn::flow_up, p.a);
    return ratio(100 * up, up + v.sum(WideColumn::flow_down, p.a));
};

constexpr auto aroon_up = [](const auto& v, const auto& p) { return 100.0 * real(p.a - v.since_high(p.a + 1)) / p.a; };

constexpr auto aroon_down = [](const auto& v, const auto& p) { return 100.0 * real(p.a - v.since_low(p.a + 1)) / p.a; };

constexpr auto aroon_osc = [](const auto& v, const auto& p) {
    return real(v.since_low(p.a + 1) - v.since_high(p.a + 1)) / p.a;
};

/// Four times the middle between the middles of the a-bar and the b-bar range, `lag` bars ago
template <typename V, typename N>
auto span_a4(const V& v, N a, N b, N lag) {
    return v.high(a, lag) + v.low(a, lag) + v.high(b, lag) + v.low(b, lag);
}

/// C over the first leading span, less 1
constexpr auto ichi_span_a = [](const auto& v, const auto& p) {
    const auto span4 = span_a4(v, p.a, p.b, p.c);
    return ratio(4 * v.bar().close - span4, span4);
};

/// C over the second leading span, less 1
constexpr auto ichi_span_b = [](const auto& v, const auto& p) {
    const auto span2 = v.high(p.a, p.b) + v.low(p.a, p.b);
    return ratio(2 * v.bar().close - span2, span2);
};

/// (first leading span - second) / C
constexpr auto ichi_cloud = [](const auto& v, const auto& p) {
    const auto span_b2 = v.high(p.c, p.d) + v.low(p.c, p.d);
    return ratio(span_a4(v, p.a, p.b, p.d) - 2 * span_b2, 4 * v.bar().close);
};

/// C over the middle of the a-bar range, less 1
constexpr auto mid_dist = [](const auto& v, const auto& p) {
    const auto middle2 = v.high(p.a) + v.low(p.a);
    return ratio(2 * v.bar().close - middle2, middle2);
};

constexpr auto ultosc = [](const auto& v, const auto& p) {
    const auto average = [&v](auto n) { return ratio(v.sum(Column::buying, n), v.sum(Column::true_range, n)); };
    return 100.0 * (4.0 * average(p.a) + 2.0 * average(p.b) + average(p.c)) / 7.0;
};

/// 100 (sum of gains - sum of losses) / (sum of both): the difference telescopes to C - C_a
constexpr auto cmo_plain = [](const auto& v, const auto& p) {
    return ratio(100 * (v.bar().close - v.close(p.a)), v.sum(Column::change, p.a));
};

/// (SMA_a(M) - SMA_b(M)) / C, M = (H + L) / 2
constexpr auto ao_n = [](const auto& v, const auto& p) {
    const auto difference = p.b * v.sum(Column::high_low, p.a) - p.a * v.sum(Column::high_low, p.b);
    return ratio(difference, 2 * integer(p.a) * p.b * v.bar().close);
};

constexpr auto vortex_diff = [](const auto& v, const auto& p) {
    return ratio(v.sum(Column::vortex_up, p.a) - v.sum(Column::vortex_down, p.a), v.sum(Column::true_range, p.a));
};

/// 100 EMA_b(EMA_a(dC)) / EMA_b(EMA_a(|dC|))
constexpr auto tsi = [](const auto& v, const auto& p) {
    return ratio(100.0 * v.ema({Series::change, p.a}, p.b), v.ema({Series::change_size, p.a}, p.b));
};

/// (C - parabolic stop) / ATR_c
constexpr auto psar_dist = [](const auto& v, const Params& p) {
    const auto stop = v.gauge(GaugeKind::psar, {p.a, p.b});
    return ratio(real(v.bar().close) - stop, v.rma(Series::true_range, p.c));
};

/// (C - SuperTrend_a) / ATR_a
constexpr auto supertrend_dist = [](const auto& v, const Params& p) {
    return ratio(real(v.bar().close) - v.gauge(GaugeKind::supertrend, p), v.rma(Series::true_range, p.a));
};

/// 100 log_a(sum of the true ranges / range)
constexpr auto chop = [](const auto& v, const auto& p) {
    const auto path = ratio(v.sum(Column::true_range, p.a), v.high(p.a) - v.low(p.a));
    return 100.0 * log(path) / log(real(integer(p.a)));
};

/// Of the way to the extreme, in percent.
constexpr Parameter share(std::string_view name, int percent) { return {name, percent, 1, 100}; }
constexpr Parameter times(std::string_view name, int value) { return {name, value, 1, 20}; }

constexpr Row kRows[] = {
    row("F048", "rsi_7", "100*U/(U+D), U,D=RMA7(max(+-dC,0))", kAnyTimeframe, "talib.RSI", {length(7)}, rsi),
    row("F049", "rsi_14", "100*U/(U+D), U,D=RMA14(max(+-dC,0))", kAnyTimeframe, "talib.RSI", {length(14)}, rsi),
    row("F050", "rsi_28", "100*U/(U+D), U,D=RMA28(max(+-dC,0))", kAnyTimeframe, "talib.RSI", {length(28)}, rsi),
    row("F051", "stochf_k14", "100*(C-LL14)/(HH14-LL14)", kAnyTimeframe, "talib.STOCHF", {window(14)}, stochf_k),
    row("F052", "stoch_slowk", "SMA3(stochf_k14)", kAnyTimeframe, "talib.STOCH", {window(14), fixed("slow", kSlowMax)},
        stoch_slowk),
    row("F053", "stoch_slowd", "SMA3(slowk)", kAnyTimeframe, "talib.STOCH",
        {window(14), fixed("slow", kSlowMax), fixed("signal", kSlowMax)}, stoch_slowd),
    row("F054", "stochrsi_14", "100*(RSI14-min14 RSI)/(max14 RSI-min14 RSI)", kAnyTimeframe, "talib.STOCHRSI",
        {length("rsi", 14), window(14)}, stochrsi),
    row("F055", "willr_28", "-100*(HH28-C)/(HH28-LL28)", kAnyTimeframe, "talib.WILLR", {window(28)}, willr),
    row("F056", "cci_20", "(TP-SMA20)/(0.015*mean|TP-SMA20|)", kAnyTimeframe, "talib.CCI", {window(20)}, cci),
    row("F057", "mfi_14", "100*P/(P+N), P,N=sum14 of TP*V on up/down TP", kAnyTimeframe, "talib.MFI", {window(14)},
        mfi),
    row("F058", "plus_di_14", "100*RMA(+DM)/RMA(TR)", kAnyTimeframe, "talib.PLUS_DI", {length(14)}, plus_di),
    row("F059", "minus_di_14", "100*RMA(-DM)/RMA(TR)", kAnyTimeframe, "talib.MINUS_DI", {length(14)}, minus_di),
    row("F060", "adx_14", "RMA14(100*|+DI--DI|/(+DI+-DI))", kAnyTimeframe, "talib.ADX", {length(14)}, adx),
    row("F061", "aroon_up_25", "100*(25-bars since HH26)/25, latest on ties", kAnyTimeframe, "talib.AROON; Qlib IMAX",
        {window(25)}, aroon_up),
    row("F062", "aroon_down_25", "100*(25-bars since LL26)/25, latest on ties", kAnyTimeframe, "talib.AROON; Qlib IMIN",
        {window(25)}, aroon_down),
    row("F063", "aroon_osc_60", "(bars since LL61 - bars since HH61)/60", kAnyTimeframe, "talib.AROONOSC; Qlib IMXD60",
        {window(60)}, aroon_osc),
    row("F064", "ichi_tenkan", "C/((HH9+LL9)/2)-1", kAnyTimeframe, "talib.MIDPRICE(9)", {window(9)}, mid_dist),
    row("F065", "ichi_kijun", "C/((HH26+LL26)/2)-1", kAnyTimeframe, "talib.MIDPRICE(26)", {window(26)}, mid_dist),
    row("F066", "ichi_spanA", "C/((tenkan+kijun)/2 lagged 26)-1", kAnyTimeframe, "MIDPRICE+shift",
        {window("tenkan", 9), window("kijun", 26), lag("k", 26)}, ichi_span_a),
    row("F067", "ichi_spanB", "C/((HH52+LL52)/2 lagged 26)-1", kAnyTimeframe, "MIDPRICE+shift",
        {window("span", 52), lag("k", 26)}, ichi_span_b),
    row("F068", "ichi_cloud", "(spanA-spanB)/C (lagged 26)", kAnyTimeframe, "MIDPRICE+shift",
        {window("tenkan", 9), window("kijun", 26), window("span", 52), lag("k", 26)}, ichi_cloud),
    row("F069", "ultosc", "100*(4A7+2A14+A28)/7, A_n=sum BP/sum TR", kAnyTimeframe, "talib.ULTOSC",
        {window("short", 7), window("middle", 14), window("long", 28)}, ultosc),
    row("F070", "cmo_plain_14", "100*(SU-SD)/(SU+SD), plain 14-bar sums of max(+-dC,0)", kAnyTimeframe,
        "talib.CMOU (0.8+)", {window(14)}, cmo_plain),
    row("F071", "ao_n", "(SMA5(M)-SMA34(M))/C, M=(H+L)/2", kAnyTimeframe, "talib.AO",
        {window("fast", 5), window("slow", 34)}, ao_n),
    row("F072", "tsi_25_13", "100*EMA13(EMA25 dC)/EMA13(EMA25|dC|)", kAnyTimeframe, "talib.TSI",
        {length("first", 25), length("second", 13)}, tsi),
    row("F073", "vortex_diff_14", "(sum|H-L1| - sum|L-H1|)/sum TR", kAnyTimeframe, "talib.VORTEX", {window(14)},
        vortex_diff),
    row("F074", "chop_14", "100*log10(sum TR/(HH-LL))/log10(14)", kAnyTimeframe, "brute force (talib.CHOP unreleased)",
        {window(14)}, chop),
    row("F075", "psar_dist", "(C-SAR)/ATR14, af .02 max .2", kAnyTimeframe, "talib.SAR",
        {share("step", 2), share("limit", 20), length("atr", 14)}, psar_dist),
    row("F076", "supertrend_dist", "(C-ST(10,3))/ATR10", kAnyTimeframe, "talib.SUPERTREND",
        {length("atr", 10), times("width", 3)}, supertrend_dist),
};

}  // namespace oscillators_rows

}  // namespace

}  // namespace foxml::features
