// Gauges of the trend follow their textbooks, written down plainly here, and go on after a snapshot as if none was.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "gauge_run.hpp"

namespace foxml::features {
namespace {

using test::GaugeRun;

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

constexpr GaugeSpec kKama{GaugeKind::kama, {10, 2, 30}};
constexpr GaugeSpec kPsar{GaugeKind::psar, {2, 20}};
constexpr GaugeSpec kSuperTrend{GaugeKind::supertrend, {10, 3}};
constexpr GaugeSpec kStochasticRsi{GaugeKind::stochastic_rsi, {14, 14}};

std::vector<Bar> history(int bars) { return test::random_bars({.bars = bars, .seed = 11, .flat = 0.01}); }

/// Prices of a bar in ticks.
struct Ticks {
    double high;
    double low;
    double close;
};

std::vector<Ticks> in_ticks(const std::vector<Bar>& bars) {
    std::vector<Ticks> all;
    for (const Bar& bar : bars) {
        const IntegerBar integers = to_integers(bar, test::kCents);
        all.push_back({static_cast<double>(integers.high), static_cast<double>(integers.low),
                       static_cast<double>(integers.close)});
    }
    return all;
}

TEST(KamaTest, MovesByTheSquareOfItsEfficiency) {
    const auto bars = history(600);
    const auto ticks = in_ticks(bars);
    GaugeRun run(kKama);
    double average = 0.0;
    for (std::size_t t = 0; t < bars.size(); ++t) {
        run.update(bars[t]);
        if (t < 10) {
            average = ticks[t].close;
            continue;
        }
        double path = 0.0;
        for (std::size_t i = t - 9; i <= t; ++i) {
            path += std::fabs(ticks[i].close - ticks[i - 1].close);
        }
        const double efficiency = path == 0.0 ? 1.0 : std::fabs(ticks[t].close - ticks[t - 10].close) / path;
        const double smoothing = std::pow(efficiency * (2.0 / 3.0 - 2.0 / 31.0) + 2.0 / 31.0, 2.0);
        average = average + smoothing * (ticks[t].close - average);
        ASSERT_NEAR(run.value(), average, 1e-11 * average) << t;
    }
    EXPECT_EQ(run.warmup_bars(), 9010);
}

/// The stop with a branch for each side, as Wilder wrote it.
class PlainStop {
   public:
    /// The stop in force at bar t, from bar 1 on.
    double at(const std::vector<Ticks>& x, std::size_t t) {
        const Ticks& now = x[t];
        const Ticks& before = t == 1 ? x[1] : x[t - 1];
        if (t == 1) {
            const double down = x[0].low - now.low;
            const double up = now.high - x[0].high;
            long_ = !(down > 0.0 && down > up);
            extreme_ = long_ ? now.high : now.low;
            next_ = long_ ? x[0].low : x[0].high;
            factor_ = 0.02;
        }
        double stop = next_;
        if (long_ && now.low <= next_) {
            long_ = false;
            stop = std::max({extreme_, before.high, now.high});
            factor_ = 0.02;
            extreme_ = now.low;
            next_ = std::max({stop + factor_ * (extreme_ - stop), before.high, now.high});
        } else if (!long_ && now.high >= next_) {
            long_ = true;
            stop = std::min({extreme_, before.low, now.low});
            factor_ = 0.02;
            extreme_ = now.high;
            next_ = std::min({stop + factor_ * (extreme_ - stop), before.low, now.low});
        } else if (long_) {
            if (now.high > extreme_) {
                extreme_ = now.high;
                factor_ = std::min(factor_ + 0.02, 0.2);
            }
            next_ = std::min({stop + factor_ * (extreme_ - stop), before.low, now.low});
        } else {
            if (now.low < extreme_) {
                extreme_ = now.low;
                factor_ = std::min(factor_ + 0.02, 0.2);
            }
            next_ = std::max({stop + factor_ * (extreme_ - stop), before.high, now.high});
        }
        turns += long_ != was_long_;
        was_long_ = long_;
        return stop;
    }

    int turns = 0;

   private:
    bool long_ = true;
    bool was_long_ = true;
    double next_ = 0.0;
    double extreme_ = 0.0;
    double factor_ = 0.0;
};

TEST(ParabolicStopTest, TurnsWhereABarTouchesTheStop) {
    const auto bars = history(3000);
    const auto ticks = in_ticks(bars);
    GaugeRun run(kPsar);
    PlainStop plain;
    run.update(bars[0]);
    for (std::size_t t = 1; t < bars.size(); ++t) {
        run.update(bars[t]);
        ASSERT_EQ(run.value(), plain.at(ticks, t)) << t;
    }
    EXPECT_GT(plain.turns, 100);
}

TEST(ParabolicStopTest, BeginsShortOnlyIfTheLowWentFurtherThanTheHigh) {
    struct Row {
        double high;
        double low;
        double stop;
    };
    const Row rows[] = {{101.0, 98.0, 103.0},  // short, below the high before
                        {105.0, 99.5, 99.0},   // long, above the low before
                        {102.0, 99.5, 99.0},   // neither moved: long
                        {105.0, 97.0, 105.0},  // equally far: long, touched at once, so short below its own high
                        {104.0, 96.0, 96.0}};  // short, touched at once
    const auto bars = history(2);
    for (const Row& row : rows) {
        Bar first = bars[0];
        first.open = first.close = 100.0;
        first.high = 103.0;
        first.low = 99.0;
        Bar second = bars[1];
        second.open = second.close = 100.0;
        second.high = row.high;
        second.low = row.low;
        GaugeRun run(kPsar);
        run.update(first);
        run.update(second);
        EXPECT_EQ(run.value(), 100.0 * row.stop) << row.high << " " << row.low;
    }
}

TEST(SuperTrendTest, FollowsItsBands) {
    const auto bars = history(3000);
    const auto ticks = in_ticks(bars);
    GaugeRun run(kSuperTrend);
    double upper = 0.0;
    double lower = 0.0;
    bool up = true;
    int turns = 0;
    for (std::size_t t = 0; t < bars.size(); ++t) {
        run.update(bars[t]);
        if (t < 10) {
            continue;
        }
        const double middle = (ticks[t].high + ticks[t].low) / 2.0;
        const double reach = 3.0 * run.view().rma(Series::true_range, 10);
        const double before = ticks[t - 1].close;
        if (t == 10 || middle + reach < upper || before > upper) {
            upper = middle + reach;
        }
        if (t == 10 || middle - reach > lower || before < lower) {
            lower = middle - reach;
        }
        const bool was_up = up;
        if (t > 10 && up && ticks[t].close < lower) {
            up = false;
        } else if (t > 10 && !up && ticks[t].close > upper) {
            up = true;
        }
        turns += up != was_up;
        ASSERT_EQ(run.value(), up ? lower : upper) << t;
    }
    EXPECT_GT(turns, 20);
}

TEST(StochasticRsiTest, IsUndefinedWhereTheCloseStandsStill) {
    const auto bars = history(2000);
    const auto ticks = in_ticks(bars);
    GaugeRun run(kStochasticRsi);
    std::deque<double> strengths;
    int undefined = 0;
    for (std::size_t t = 0; t < bars.size(); ++t) {
        run.update(bars[t]);
        const double up = run.view().rma(Series::gain, 14);
        const double down = run.view().rma(Series::loss, 14);
        strengths.push_back(100.0 * up / (up + down));
        if (strengths.size() > 14) {
            strengths.pop_front();
        }
        if (t < 100) {
            continue;
        }
        const auto [low, high] = std::minmax_element(strengths.begin(), strengths.end());
        bool moved = false;
        for (std::size_t i = t - 12; i <= t; ++i) {
            moved = moved || ticks[i].close != ticks[i - 1].close;
        }
        if (moved) {
            ASSERT_NEAR(run.value(), 100.0 * (strengths.back() - *low) / (*high - *low), 1e-9) << t;
        } else {
            ASSERT_TRUE(std::isnan(run.value())) << t;
            ++undefined;
        }
    }
    EXPECT_GT(undefined, 10);
}

class TrendGaugeTest : public testing::TestWithParam<GaugeSpec> {};

TEST_P(TrendGaugeTest, GoesOnAfterASnapshotWithTheSameBits) {
    const auto bars = history(400);
    GaugeRun run(GetParam());
    for (std::size_t t = 0; t < bars.size(); ++t) {
        if (t % 37 == 5 || t < 4) {
            GaugeRun restored(GetParam());
            restored.load(run.saved());
            for (std::size_t i = t; i < std::min(t + 40, bars.size()); ++i) {
                restored.update(bars[i]);
            }
            GaugeRun plain(GetParam());
            for (std::size_t i = 0; i < std::min(t + 40, bars.size()); ++i) {
                plain.update(bars[i]);
            }
            ASSERT_EQ(restored.saved(), plain.saved()) << t;
        }
        run.update(bars[t]);
    }
}

INSTANTIATE_TEST_SUITE_P(All, TrendGaugeTest, testing::Values(kKama, kPsar, kSuperTrend, kStochasticRsi));

TEST(TrendGaugeLoadTest, RefusesWhatCannotBeItsState) {
    EXPECT_FALSE(test::refuses<double>(kKama, {10000.0}));
    EXPECT_TRUE(test::refuses<double>(kKama, {kNotANumber}));
    EXPECT_TRUE(test::refuses<double>(kKama, {-1.0}));
    EXPECT_TRUE(test::refuses<double>(kKama, {}));
    EXPECT_FALSE(test::refuses<double>(kPsar, {-1.0, -1e4, -1e4, -9e3, 0.2}));
    EXPECT_TRUE(test::refuses<double>(kPsar, {0.5, 1e4, 1e4, 1e4, 0.2}));
    EXPECT_TRUE(test::refuses<double>(kPsar, {1.0, 1e4, kNotANumber, 1e4, 0.2}));
    EXPECT_TRUE(test::refuses<double>(kPsar, {1.0, 1e4, 1e4, 1e4, 0.3}));
    EXPECT_FALSE(test::refuses<double>(kSuperTrend, {1e4, 9e3, 0.0}));
    EXPECT_TRUE(test::refuses<double>(kSuperTrend, {kNotANumber, 9e3, 0.0}));
    EXPECT_TRUE(test::refuses<double>(kSuperTrend, {1e4, 9e3, 0.5}));
    std::vector<double> strengths(15, 50.0);
    EXPECT_FALSE(test::refuses<double>(kStochasticRsi, strengths));
    strengths[3] = 101.0;
    EXPECT_TRUE(test::refuses<double>(kStochasticRsi, strengths));
    strengths[3] = kNotANumber;
    EXPECT_TRUE(test::refuses<double>(kStochasticRsi, strengths));
}

}  // namespace
}  // namespace foxml::features
