#pragma once

#include "features/formulas.hpp"
#include "features/gauges/opening_range.hpp"

namespace foxml::features {

namespace {

namespace session_clock_rows {

constexpr std::int64_t kDayNs = 1440 * kMinuteNs;

/// Share of the session that is over at the bar's close
template <typename V>
auto elapsed(const V& v) {
    const auto& bar = v.bar();
    return ratio(bar.close_ns - bar.session_open_ns, bar.session_close_ns - bar.session_open_ns);
}

constexpr auto min_since_open = [](const auto& v, const Params&) { return elapsed(v); };

constexpr auto min_to_close = [](const auto& v, const Params&) {
    return log(1.0 + real(v.bar().session_close_ns - v.bar().close_ns) / real(kMinuteNs));
};

constexpr auto tod_sin = [](const auto& v, const Params&) { return sin_pi(elapsed(v)); };
constexpr auto tod_cos = [](const auto& v, const Params&) { return cos_pi(elapsed(v)); };

/// The weekday, Monday 0. A session of New York opens on the same day in UTC; 1970 began on a Thursday.
template <typename V>
auto weekday(const V& v) {
    const auto open_ns = v.bar().session_open_ns;
    const auto days = open_ns / kDayNs - (open_ns % kDayNs < 0 ? 1 : 0);
    return ((days + 3) % 7 + 7) % 7;
}

/// sin_pi(2 d / 5) and cos_pi(2 d / 5) of the seven weekdays, to the bit.
constexpr double kWeekdaySin[] = {
    0.0, 0.95105651629515364, 0.58778525229247303, -0.58778525229247303, -0.95105651629515353,
    0.0, 0.95105651629515353};
constexpr double kWeekdayCos[] = {
    1.0, 0.30901699437494734, -0.80901699437494745, -0.80901699437494745, 0.30901699437494767,
    1.0, 0.30901699437494767};

constexpr auto dow_sin = [](const auto& v, const Params&) { return kWeekdaySin[weekday(v)]; };
constexpr auto dow_cos = [](const auto& v, const Params&) { return kWeekdayCos[weekday(v)]; };

/// ln(first open of the session / last close of the one before)
constexpr auto overnight_gap = [](const auto& v, const Params&) {
    const Session& session = v.overnight();
    return session.has_prior() ? log_ratio(session.first_open(), session.prior_close()) : kNaN;
};

constexpr auto gap_fill = [](const auto& v, const Params&) -> double {
    const Session& session = v.overnight();
    if (!session.has_prior()) {
        return kNaN;
    }
    const auto first = session.first_open();
    const auto filled = ratio(v.bar().close - first, session.prior_close() - first);
    return filled < -1.0 ? -1.0 : filled > 2.0 ? 2.0 : filled;
};

constexpr auto sess_vwap_dev = [](const auto& v, const Params&) {
    const Session& session = v.session();
    const auto typical3 = session.typical_volume();
    return session.from_open() ? ratio(product(3 * v.bar().close, session.volume()) - typical3, typical3) : kNaN;
};

constexpr auto sess_ret = [](const auto& v, const Params&) {
    const Session& session = v.session();
    return session.from_open() ? log_ratio(v.bar().close, session.first_open()) : kNaN;
};

constexpr auto sess_range_pos = [](const auto& v, const Params&) {
    const Session& session = v.session();
    return session.from_open() ? ratio(v.bar().close - session.low(), session.high() - session.low()) : kNaN;
};

// What gauges keep of a session means nothing unless the session was seen from its open.

constexpr auto or30_pos = [](const auto& v, const Params& p) {
    const double value = v.gauge(GaugeKind::opening_range, p, kPositionOutput);
    return v.session().from_open() ? value : kNaN;
};

/// (H_OR - L_OR) / ATR14
constexpr auto or30_width = [](const auto& v, const Params& p) {
    const Params range{p.a};
    const double value = ratio(v.gauge(GaugeKind::opening_range, range, kWidthOutput), v.rma(Series::true_range, p.b));
    return v.session().from_open() ? value : kNaN;
};

constexpr auto sess_vwap_z = [](const auto& v, const Params& p) {
    const double value = v.gauge(GaugeKind::session_vwap, p);
    return v.session().from_open() ? value : kNaN;
};

constexpr auto rvol_tod = [](const auto& v, const Params& p) {
    const double value = v.gauge(GaugeKind::volume_by_time, p);
    return v.session().from_open() ? value : kNaN;
};

constexpr auto prev_day_pos = [](const auto& v, const Params&) -> double {
    const Session& session = v.prior_session();
    if (!session.prior_from_open()) {
        return kNaN;
    }
    return ratio(v.bar().close - session.prior_low(), session.prior_high() - session.prior_low());
};

/// At least a bar of 15 minutes closes within them.
constexpr Parameter opening_minutes(int minutes) noexcept { return {"minutes", minutes, 15, 240}; }

constexpr Row kRows[] = {
    row("F207", "min_since_open", "m/S, m = session minutes elapsed at the bar CLOSE, S = session minutes", kIntraday,
        "pandas groupby(session)", {}, min_since_open),
    row("F208", "min_to_close", "ln(1 + minutes to the close)", kIntraday, "pandas groupby(session)", {}, min_to_close),
    scalar_row("F209", "tod_sin", "sin(pi m/S)", kIntraday, "pandas groupby(session)", {}, tod_sin),
    scalar_row("F210", "tod_cos", "cos(pi m/S)", kIntraday, "pandas groupby(session)", {}, tod_cos),
    scalar_row("F211", "dow_sin", "sin(2 pi d/5), d = weekday of the session, Monday 0", kAnyTimeframe,
               "pandas groupby(session)", {}, dow_sin),
    scalar_row("F212", "dow_cos", "cos(2 pi d/5), d = weekday of the session, Monday 0", kAnyTimeframe,
               "pandas groupby(session)", {}, dow_cos),
    scalar_row("F213", "overnight_gap", "ln(O_first/C_prevclose), held all session", kIntraday,
               "pandas groupby(session)", {}, overnight_gap),
    scalar_row("F214", "gap_fill", "clip((C-O_first)/(C_prev-O_first),-1,2)", kAnyTimeframe, "pandas groupby(session)",
               {}, gap_fill),
    scalar_row("F215", "or30_pos", "(C-mid OR)/(H_OR-L_OR) after the first 30 minutes, else NaN", k1m | k5m | k15m,
               "pandas groupby(session)", {opening_minutes(30)}, or30_pos),
    scalar_row("F216", "or30_width", "(H_OR-L_OR)/ATR14 after the first 30 minutes, else NaN", k1m | k5m | k15m,
               "pandas groupby(session)", {opening_minutes(30), length(14)}, or30_width),
    scalar_row("F217", "sess_vwap_dev", "C/VWAP_session-1", kIntraday,
               "pandas groupby(session); talib.VWAP per session", {}, sess_vwap_dev),
    scalar_row("F218", "sess_vwap_z", "(C-VWAP)/sd_w, sd_w=V-weighted sd of TP in the session", kIntraday,
               "pandas groupby(session)", {}, sess_vwap_z),
    scalar_row("F219", "sess_ret", "ln(C/O_first)", kIntraday, "pandas groupby(session)", {}, sess_ret),
    scalar_row("F220", "sess_range_pos", "(C-L_s)/(H_s-L_s)", kIntraday, "pandas groupby(session)", {}, sess_range_pos),
    scalar_row("F221", "rvol_tod",
               "ln(cumV/mean over the last 20 sessions of cumV at the last bar at or before the same minute)",
               kIntraday, "pandas groupby(session)", {{"sessions", 20, 1, 60}}, rvol_tod),
    scalar_row("F222", "prev_day_pos", "(C-L_pd)/(H_pd-L_pd)", kAnyTimeframe, "pandas groupby(session)", {},
               prev_day_pos),
};

}  // namespace session_clock_rows

}  // namespace

}  // namespace foxml::features
