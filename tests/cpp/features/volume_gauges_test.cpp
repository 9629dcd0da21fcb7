// What is too wide for the prefix ring is what its definition says, bar after bar, whatever passes through the window;
// and a snapshot that cannot be a window is refused.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "core/errors.hpp"
#include "features/gauge.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

constexpr std::int64_t kFive = 5 * kMinuteNs;
constexpr long double kNotANumber = std::numeric_limits<long double>::quiet_NaN();

using Values = std::vector<long double>;

/// A walk with flat, silent and absent bars, and with what ruins running sums: prices a thousand times as high, a
/// volume of 10^12.
std::vector<Bar> rough_bars() {
    auto bars = test::random_bars({.bars = 1200, .seed = 21, .missing = 0.2, .flat = 0.02, .quiet = 0.1});
    for (std::size_t t = 0; t < bars.size(); ++t) {
        for (double* const price : {&bars[t].open, &bars[t].high, &bars[t].low, &bars[t].close}) {
            const double rounded = std::round(*price * 100.0) / 100.0;
            *price = t == 400 || t == 405 ? 4000.0 * rounded : t == 700 ? 0.1 * std::round(rounded) : rounded;
        }
    }
    for (const std::size_t t : {300U, 401U, 900U}) {
        bars[t].volume = 1e12;
    }
    return bars;
}

long double mean(const Values& x) {
    long double sum = 0.0L;
    for (const long double value : x) {
        sum += value;
    }
    return sum / static_cast<long double>(x.size());
}

long double covariance(const Values& x, const Values& y) {
    const long double mean_x = mean(x);
    const long double mean_y = mean(y);
    long double sum = 0.0L;
    for (std::size_t i = 0; i < x.size(); ++i) {
        sum += (x[i] - mean_x) * (y[i] - mean_y);
    }
    return sum / static_cast<long double>(x.size() - 1);
}

bool constant(const Values& x) {
    return std::all_of(x.begin(), x.end(), [&x](long double v) { return v == x[0]; });
}
long double deviation(const Values& x) { return constant(x) ? 0.0L : std::sqrt(covariance(x, x)); }
long double over(long double a, long double b) { return b == 0.0L ? kNotANumber : a / b; }

/// Columns of a history, each value from a bar and the one before; the first bar's is not used.
class History {
   public:
    explicit History(std::vector<Bar> bars) : bars_(std::move(bars)) {}

    using Value = std::function<long double(const Bar& bar, const Bar& previous)>;

    /// The last n values up to bar t.
    [[nodiscard]] Values window(std::size_t t, std::size_t n, const Value& value) const {
        Values values;
        for (std::size_t i = t + 1 - n; i <= t; ++i) {
            values.push_back(value(bars_[i], bars_[i > 0 ? i - 1 : 0]));
        }
        return values;
    }
    [[nodiscard]] const std::vector<Bar>& bars() const { return bars_; }

   private:
    std::vector<Bar> bars_;
};

long double ticks(double price) { return static_cast<long double>(std::llround(price * 100.0)); }
long double volume(const Bar& bar, const Bar&) { return static_cast<long double>(bar.volume); }
long double simple_return(const Bar& bar, const Bar& previous) {
    return (ticks(bar.close) - ticks(previous.close)) / ticks(previous.close);
}
long double log_return(const Bar& bar, const Bar& previous) {
    return std::log(ticks(bar.close) / ticks(previous.close));
}
long double volume_change(const Bar& bar, const Bar& previous) {
    return std::log((1.0L + volume(bar, bar)) / (1.0L + volume(previous, previous)));
}
long double flow(const Bar& bar, const Bar& previous) {
    const long double moved = ticks(bar.close) - ticks(previous.close);
    return moved == 0.0L ? 0.0L : std::copysign(ticks(bar.close) * volume(bar, bar), moved);
}

using Definition = std::function<long double(const History&, std::size_t t)>;

/// The feature's row against its definition at every bar from its warm-up on, to 1e-9 of it and `floor`.
void expect_as_defined(const char* name, const Definition& definition, long double floor) {
    const History history(rough_bars());
    const auto plan = std::make_shared<const Plan>(std::vector<std::string>{name}, kFive);
    const test::Rows rows = test::rows_of(plan, history.bars());
    std::size_t defined = 0;
    for (auto t = static_cast<std::size_t>(plan->warmup_bars()); t < rows.size(); ++t) {
        const long double expected = definition(history, t);
        ASSERT_EQ(std::isnan(rows[t][0]), std::isnan(expected)) << name << " at " << t;
        if (std::isnan(expected)) {
            continue;
        }
        ++defined;
        ASSERT_NEAR(rows[t][0], static_cast<double>(expected), static_cast<double>(1e-9L * std::fabs(expected) + floor))
            << name << " at " << t;
    }
    EXPECT_GT(defined, 900U);
}

TEST(VolumeGaugesTest, KyleIsTheSlopeOfReturnsOnFlowTimesTheMeanFlow) {
    const auto kyle = [](const History& history, std::size_t t) {
        const Values s = history.window(t, 20, simple_return);
        const Values q = history.window(t, 20, flow);
        Values size = q;
        for (long double& x : size) {
            x = std::fabs(x);
        }
        return constant(q) ? kNotANumber : covariance(s, q) / covariance(q, q) * mean(size);
    };
    expect_as_defined("kyle_20", kyle, 1e-15L);
}

TEST(VolumeGaugesTest, WeightedVolumeIsItsDeviationOverItsMean) {
    const auto wvma = [](const History& history, std::size_t t) {
        const Values x = history.window(t, 20, [](const Bar& bar, const Bar& previous) {
            return std::fabs(simple_return(bar, previous)) * volume(bar, bar);
        });
        return mean(x) == 0.0L ? kNotANumber : deviation(x) / (mean(x) + 1e-12L);
    };
    expect_as_defined("wvma_20", wvma, 0.0L);
}

TEST(VolumeGaugesTest, CorrelationOfReturnsAndVolumeChangesIsPearsons) {
    const auto correlation = [](const History& history, std::size_t t) {
        const Values s = history.window(t, 60, simple_return);
        const Values d = history.window(t, 60, volume_change);
        return constant(s) || constant(d) ? kNotANumber : covariance(s, d) / (deviation(s) * deviation(d));
    };
    expect_as_defined("corr_r_dv_60", correlation, 1e-11L);
}

TEST(VolumeGaugesTest, BulkVolumeIsOnTheSideOfItsReturn) {
    const auto bulk = [](const History& history, std::size_t t) {
        const Values v = history.window(t, 50, volume);
        long double sided = 0.0L;
        for (std::size_t i = 0; i < 50; ++i) {
            const Values r = history.window(t - 49 + i, 60, log_return);
            const long double spread = deviation(r);
            sided += spread == 0.0L ? 0.0L : v[i] * std::erf(r.back() / spread / std::sqrt(2.0L));
        }
        return over(sided / 50.0L, mean(v));
    };
    expect_as_defined("bvc_50", bulk, 1e-12L);
}

TEST(VolumeGaugesTest, VolatilityOfVolatilityIsThatOfTheSeriesOfDeviations) {
    const auto vol_of_vol = [](const History& history, std::size_t t) {
        Values x;
        for (std::size_t i = t - 59; i <= t; ++i) {
            x.push_back(deviation(history.window(i, 20, log_return)));
        }
        return over(deviation(x), mean(x));
    };
    expect_as_defined("vol_of_vol", vol_of_vol, 1e-12L);
}

TEST(VolumeGaugesTest, GridPresenceCountsTheBarsOnTheLastPlaces) {
    // The grid laid out bar by bar: every session has a place for each interval, from its open to its close.
    const auto place = [](const Bar& bar) {
        const std::int64_t day = (bar.session_open_ns / kMinuteNs) / 1440 - 19'723;
        const std::int64_t session = day / 7 * 5 + day % 7;  // days count from a Monday
        return session * 78 + (bar.close_ns - bar.session_open_ns) / kFive;
    };
    const auto presence = [&place](const History& history, std::size_t t) {
        long double present = 0.0L;
        for (std::size_t i = t - 59; i <= t; ++i) {
            present += place(history.bars()[t]) - place(history.bars()[i]) < 60 ? 1.0L : 0.0L;
        }
        return present / 60.0L;
    };
    expect_as_defined("grid_presence_60", presence, 1e-15L);
}

TEST(VolumeGaugesTest, WhereNothingMovesOrTradesThereIsNoValue) {
    const std::vector<std::string> names{"kyle_20", "wvma_20", "corr_r_dv_20", "bvc_50", "vol_of_vol"};
    const auto plan = std::make_shared<const Plan>(names, kFive);
    auto bars = test::random_bars({.bars = 400, .seed = 22});
    for (std::size_t t = 200; t < bars.size(); ++t) {
        bars[t].open = bars[t].high = bars[t].low = bars[t].close = bars[199].close;
        bars[t].volume = 0.0;
    }
    const test::Rows rows = test::rows_of(plan, bars);
    for (std::size_t i = 0; i < names.size(); ++i) {
        EXPECT_TRUE(std::isfinite(rows[199][i])) << names[i];
        EXPECT_TRUE(std::isnan(rows.back()[i])) << names[i] << " = " << rows.back()[i];
    }
}

TEST(VolumeGaugesTest, AStateThatCannotBeIsRefused) {
    constexpr GaugeContext kContext{kFive, {0.01, 1.0}};
    // A count of entries and entries of so many words, or the count alone.
    const std::pair<GaugeKind, std::vector<std::int64_t>> tampered[] = {
        {GaugeKind::kyle, {1, 0, -1, 0}},
        {GaugeKind::kyle, {1, 0, 0, std::int64_t{1} << 50}},
        {GaugeKind::kyle, {1, std::numeric_limits<std::int64_t>::max(), 1, 1}},
        {GaugeKind::kyle, {-1}},
        {GaugeKind::kyle, {21}},
        {GaugeKind::kyle, {2, 0, 0, 0}},
        {GaugeKind::weighted_volume, {1, -1, 0}},
        {GaugeKind::weighted_volume, {1, 0, -1}},
        {GaugeKind::return_volume_correlation, {1, 0, std::numeric_limits<std::int64_t>::min()}},
        {GaugeKind::bulk_volume, {1, (std::int64_t{1} << 60) + 1, 0}},
        {GaugeKind::bulk_volume, {1, 0, std::int64_t{1} << 40}},
        {GaugeKind::volatility_of_volatility, {1, -1}},
        {GaugeKind::grid_presence, {21}},
        {GaugeKind::grid_presence, {-1}},
    };
    for (const auto& [kind, words] : tampered) {
        const auto gauge = make_gauge({kind, {.a = 20, .b = 20}}, kContext);
        ByteWriter writer;
        writer.put_all(std::span<const std::int64_t>(words));
        ByteReader reader(writer.bytes());
        EXPECT_THROW(gauge->load(reader), InvalidInput) << static_cast<int>(kind) << " " << words.back();
    }
}

}  // namespace
}  // namespace foxml::features
