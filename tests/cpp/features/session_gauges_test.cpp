// What is kept of sessions is what their definitions say, whatever their lengths and whatever bars are absent; and a
// snapshot that cannot be such a state is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <map>

#include "gauge_run.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

constexpr std::int64_t kFive = 5 * kMinuteNs;
constexpr std::int64_t kHour = 60 * kMinuteNs;
constexpr long double kNotANumber = std::numeric_limits<long double>::quiet_NaN();

struct Sessions {
    std::int64_t interval_ns = kFive;
    int sessions = 60;
    std::uint64_t seed = 31;
    double missing = 0.2;
    std::int64_t first_bar_ns = 0;  ///< length of a session's first bar, if not the interval
};

/// Sessions of one after the other: regular ones, half days, and some that go on after six and a half hours.
std::vector<Bar> uneven_sessions(const Sessions& sessions) {
    constexpr std::int64_t minutes[] = {390, 390, 210, 390, 600, 390, 390};
    test::WalkPrice price({.seed = sessions.seed, .missing = sessions.missing, .flat = 0.02, .quiet = 0.2});
    std::vector<Bar> bars;
    for (std::int64_t day = 0; day < sessions.sessions; ++day) {
        const std::int64_t open_ns = (day * 1440 + 870) * kMinuteNs;
        const std::int64_t close_ns = open_ns + minutes[day % 7] * kMinuteNs;
        std::int64_t length_ns = sessions.first_bar_ns > 0 ? sessions.first_bar_ns : sessions.interval_ns;
        for (std::int64_t at = open_ns; at < close_ns; length_ns = sessions.interval_ns) {
            at = std::min(at + length_ns, close_ns);
            Bar bar = price.next(at, open_ns, close_ns);
            for (double* const p : {&bar.open, &bar.high, &bar.low, &bar.close}) {
                *p = std::round(*p * 100.0) / 100.0;
            }
            bar.volume = day % 5 == 0 && at == open_ns + kHour ? 1e12 : bar.volume;
            if (!price.missing()) {
                bars.push_back(bar);
            }
        }
        if (day % 6 == 5) {  // only its last bars are there
            std::erase_if(bars, [&](const Bar& bar) {
                return bar.session_open_ns == open_ns && bar.close_ns < close_ns - 2 * kHour;
            });
        }
    }
    return bars;
}

using History = std::vector<Bar>;

/// The bars of bar t's session up to it.
History session_so_far(const History& bars, std::size_t t) {
    History result;
    for (std::size_t i = 0; i <= t; ++i) {
        if (bars[i].session_open_ns == bars[t].session_open_ns) {
            result.push_back(bars[i]);
        }
    }
    return result;
}

bool joined_in_its_middle(const History& bars, std::int64_t session_open_ns, std::int64_t interval_ns) {
    return session_open_ns == bars[0].session_open_ns && bars[0].close_ns - interval_ns > session_open_ns;
}

using Definition = std::function<long double(const History&, std::size_t t)>;

struct Checked {
    int defined = 0;
    int undefined = 0;
};

/// The feature's value at every bar, warm or not, against its definition, to 1e-9 of it.
Checked expect_as_defined(const char* name, const History& bars, std::int64_t interval_ns,
                          const Definition& definition) {
    const auto plan = std::make_shared<const Plan>(std::vector<std::string>{name}, interval_ns);
    const Plan::Entry& entry = plan->entries()[0];
    SymbolState state(plan, test::kCents);
    Checked checked;
    for (std::size_t t = 0; t < bars.size(); ++t) {
        state.update(bars[t]);
        const double value = entry.feature->finish(state.view(), entry.values);
        const long double expected =
            joined_in_its_middle(bars, bars[t].session_open_ns, interval_ns) ? kNotANumber : definition(bars, t);
        EXPECT_EQ(std::isnan(value), std::isnan(expected)) << name << " at " << t << ": " << value << ", " << expected;
        if (std::isnan(expected)) {
            ++checked.undefined;
        } else {
            ++checked.defined;
            EXPECT_NEAR(value, static_cast<double>(expected), 1e-9 * std::fabs(value) + 1e-14) << name << " at " << t;
        }
    }
    return checked;
}

long double ticks(double price) { return static_cast<long double>(std::llround(price * 100.0)); }

TEST(SessionGaugesTest, TheOpeningRangeIsOfTheBarsThatCloseInTheFirstHalfHour) {
    const auto position = [](const History& bars, std::size_t t) {
        long double high = 0.0L;
        long double low = std::numeric_limits<long double>::infinity();
        for (const Bar& bar : session_so_far(bars, t)) {
            if (bar.close_ns - bar.session_open_ns <= 30 * kMinuteNs) {
                high = std::max(high, ticks(bar.high));
                low = std::min(low, ticks(bar.low));
            }
        }
        const bool over = bars[t].close_ns - bars[t].session_open_ns >= 30 * kMinuteNs;
        return over && high > low ? (ticks(bars[t].close) - (high + low) / 2.0L) / (high - low) : kNotANumber;
    };
    for (const std::int64_t interval_ns : {kMinuteNs, kFive, 15 * kMinuteNs}) {
        auto bars = uneven_sessions({.interval_ns = interval_ns, .sessions = interval_ns < kFive ? 10 : 40});
        bars.erase(bars.begin(), bars.begin() + 3);
        const Checked checked = expect_as_defined("or30_pos", bars, interval_ns, position);
        EXPECT_GT(checked.defined, 300);
        EXPECT_GT(checked.undefined, 100);
    }
}

TEST(SessionGaugesTest, TheRangeHasNoWidthBeforeItIsOver) {
    const GaugeSpec spec{GaugeKind::opening_range, {30}};
    test::GaugeRun run(spec);
    const auto bars = test::random_bars({.bars = 2 * 78, .seed = 32});
    for (std::size_t t = 0; t < bars.size(); ++t) {
        run.update(bars[t]);
        if (t % 78 < 5) {
            EXPECT_TRUE(std::isnan(run.value(1))) << t;
            continue;
        }
        const auto first = bars.begin() + static_cast<std::ptrdiff_t>(t / 78 * 78);
        const auto by_high = [](const Bar& a, const Bar& b) { return a.high < b.high; };
        const auto by_low = [](const Bar& a, const Bar& b) { return a.low < b.low; };
        const long double width = ticks(std::max_element(first, first + 6, by_high)->high) -
                                  ticks(std::min_element(first, first + 6, by_low)->low);
        EXPECT_EQ(run.value(1), static_cast<double>(width)) << t;
    }
}

TEST(SessionGaugesTest, TheDistanceFromTheVwapIsInDeviationsOfTypicalPrices) {
    const auto distance = [](const History& bars, std::size_t t) {
        long double volume = 0.0L;
        long double typical = 0.0L;
        const History session = session_so_far(bars, t);
        const long double near = 3.0L * ticks(session[0].close);  // small numbers, whose rounding does not show
        const auto typical3_of = [near](const Bar& bar) {
            return ticks(bar.high) + ticks(bar.low) + ticks(bar.close) - near;
        };
        for (const Bar& bar : session) {
            volume += bar.volume;
            typical += static_cast<long double>(bar.volume) * typical3_of(bar);
        }
        const long double vwap3 = typical / volume;
        long double squares = 0.0L;
        std::map<long double, long double> traded;
        for (const Bar& bar : session) {
            const long double typical3 = typical3_of(bar);
            squares += static_cast<long double>(bar.volume) * (typical3 - vwap3) * (typical3 - vwap3);
            if (bar.volume > 0.0) {
                traded[typical3] += bar.volume;
            }
        }
        return traded.size() > 1 ? (3.0L * ticks(bars[t].close) - near - vwap3) / std::sqrt(squares / volume)
                                 : kNotANumber;
    };
    for (const std::int64_t interval_ns : {kFive, kHour}) {
        auto bars = uneven_sessions({.interval_ns = interval_ns});
        bars.erase(bars.begin(), bars.begin() + 2);
        const Checked checked = expect_as_defined("sess_vwap_z", bars, interval_ns, distance);
        EXPECT_GT(checked.defined, 100);
        EXPECT_GT(checked.undefined, 20);
    }
}

long double volume_by(const std::vector<const Bar*>& session, std::int64_t elapsed_ns) {
    long double volume = 0.0L;
    for (const Bar* const bar : session) {
        volume += bar->close_ns - bar->session_open_ns <= elapsed_ns ? bar->volume : 0.0;
    }
    return volume;
}

Definition relative_volume(std::int64_t interval_ns) {
    return [interval_ns](const History& bars, std::size_t t) {
        const std::int64_t elapsed_ns = bars[t].close_ns - bars[t].session_open_ns;
        if (elapsed_ns > session_bars(interval_ns) * interval_ns) {
            return kNotANumber;
        }
        std::map<std::int64_t, std::vector<const Bar*>> sessions;
        for (const Bar& bar : bars) {
            const bool known = bar.session_open_ns < bars[t].session_open_ns || bar.close_ns <= bars[t].close_ns;
            if (known && !joined_in_its_middle(bars, bar.session_open_ns, interval_ns)) {
                sessions[bar.session_open_ns].push_back(&bar);
            }
        }
        if (sessions.size() < 21) {
            return kNotANumber;
        }
        long double before = 0.0L;
        auto session = sessions.rbegin();
        const long double now = volume_by(session->second, elapsed_ns);
        for (int i = 0; i < 20; ++i) {
            before += volume_by((++session)->second, elapsed_ns) / 20.0L;
        }
        return now > 0.0L && before > 0.0L ? std::log(now / before) : kNotANumber;
    };
}

TEST(SessionGaugesTest, VolumeIsComparedWithTheSameTimeOfTheSessionsBefore) {
    for (const bool joined_late : {false, true}) {
        for (const Sessions& sessions :
             {Sessions{}, Sessions{.missing = 0.0}, Sessions{.interval_ns = 15 * kMinuteNs, .seed = 33},
              Sessions{.interval_ns = kHour, .sessions = 120}, Sessions{.interval_ns = kHour, .missing = 0.0},
              Sessions{.interval_ns = kHour, .sessions = 120, .first_bar_ns = 30 * kMinuteNs}}) {
            auto bars = uneven_sessions(sessions);
            bars.erase(bars.begin(), bars.begin() + (joined_late ? 1 : 0));
            const Checked checked =
                expect_as_defined("rvol_tod", bars, sessions.interval_ns, relative_volume(sessions.interval_ns));
            EXPECT_GT(checked.defined, 100);
            EXPECT_GT(checked.undefined, 100);
        }
    }
}

TEST(SessionGaugesTest, SnapshotsGoOnWithTheSameBits) {
    // In the middle of sessions, before and after the ring of sessions has turned.
    const auto bars = uneven_sessions({.interval_ns = 15 * kMinuteNs});
    for (const GaugeSpec& spec : {GaugeSpec{GaugeKind::opening_range, {30}}, GaugeSpec{GaugeKind::session_vwap, {}},
                                  GaugeSpec{GaugeKind::volume_by_time, {20}}}) {
        test::GaugeRun run(spec, 15 * kMinuteNs);
        test::GaugeRun restored(spec, 15 * kMinuteNs);
        for (std::size_t t = 0; t < bars.size(); ++t) {
            if (t % 17 == 5) {
                const auto bytes = restored.saved();
                restored.update(bars[t]);  // whatever it held is gone
                restored.load(bytes);
            }
            run.update(bars[t]);
            restored.update(bars[t]);
            ASSERT_EQ(std::bit_cast<std::uint64_t>(run.value()), std::bit_cast<std::uint64_t>(restored.value())) << t;
        }
        EXPECT_EQ(run.saved(), restored.saved());
    }
}

TEST(SessionGaugesTest, AStateThatCannotBeIsRefused) {
    using Words = std::vector<std::int64_t>;
    const GaugeSpec range{GaugeKind::opening_range, {30}};
    EXPECT_FALSE(test::refuses(range, Words{12, 10, 11, 1}));
    for (const Words& state : {Words{9, 10, 11, 1}, Words{12, -1, 11, 1}, Words{12, 10, -1, 1}, Words{12, 10, 11, -1},
                               Words{std::int64_t{1} << 40, 10, 11, 1}, Words{12, 10, 11}}) {
        EXPECT_TRUE(test::refuses(range, state));
    }
    const GaugeSpec vwap{GaugeKind::session_vwap, {}};
    EXPECT_FALSE(test::refuses(vwap, Words{9, 0, 0, 0, 3, 0, 1, 5}));
    for (const Words& state :
         {Words{9, 0, 0, -1, 3, 0, 1, 5}, Words{9, 0, 0, 0, 3, -1, 1, 5},
          Words{9, 0, 0, 0, 3, std::int64_t{1} << 50, 1, 5}, Words{9, 0, 0, 0, 3, 0, std::int64_t{1} << 62, 5},
          Words{9, 0, 0, 0, 3, 0, -1, 5}, Words{9, 0, 0, 0, 3, 0, 1, -5}}) {
        EXPECT_TRUE(test::refuses(vwap, state));
    }
    using Bytes = std::vector<std::uint8_t>;
    const auto volumes = [](std::uint8_t complete, std::uint8_t slot, std::uint8_t first, std::uint16_t closed) {
        Bytes bytes{1, complete, 0, 0, 0, 0, 0, 0, 0, slot, 0, 0, 0, 0, 0, 0, 0};
        for (const std::uint8_t volume : {first, std::uint8_t{7}}) {
            const Bytes entry{volume,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              0,
                              static_cast<std::uint8_t>(closed & 255U),
                              static_cast<std::uint8_t>(closed >> 8)};
            bytes.insert(bytes.end(), entry.begin(), entry.end());
        }
        return bytes;
    };
    const GaugeSpec by_time{GaugeKind::volume_by_time, {20}};
    EXPECT_FALSE(test::refuses(by_time, volumes(0, 2, 7, 300)));
    EXPECT_TRUE(test::refuses(by_time, volumes(0, 2, 8, 300)));   // volume that vanishes
    EXPECT_TRUE(test::refuses(by_time, volumes(0, 2, 7, 301)));   // a close beyond its slot
    EXPECT_TRUE(test::refuses(by_time, volumes(0, 79, 7, 300)));  // more slots than there are
    EXPECT_TRUE(test::refuses(by_time, volumes(21, 2, 7, 300)));  // more sessions
    EXPECT_TRUE(test::refuses(by_time, volumes(1, 2, 7, 300)));   // a session that is not there
}

}  // namespace
}  // namespace foxml::features
