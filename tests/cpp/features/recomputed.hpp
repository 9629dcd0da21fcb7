#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "walks.hpp"

namespace foxml::features::test {

inline constexpr long double kUndefined = std::numeric_limits<long double>::quiet_NaN();

/// Bars with all that breaks windows: stretches without a move, a glitch of ten times the price and one of 10^12
/// shares, bars without volume, moments without a benchmark.
inline std::vector<Bar> trying_bars(int count, std::uint64_t seed) {
    auto bars = random_bars({.bars = count, .seed = seed, .flat = 0.01, .quiet = 0.1, .no_benchmark = 0.002});
    Bar& glitch = bars[static_cast<std::size_t>(count / 3)];
    glitch.high *= 10.0;
    glitch.close = glitch.high;
    bars[static_cast<std::size_t>(count / 2)].volume = 1e12;
    return bars;
}

inline std::vector<IntegerBar> on_grid(const std::vector<Bar>& bars) {
    std::vector<IntegerBar> integers;
    for (const Bar& bar : bars) {
        integers.push_back(to_integers(bar, kCents));
    }
    return integers;
}

/// r at each bar in whole units of 2^-50, which is what a return is here; nothing at the first.
inline std::vector<long double> returns_of(const std::vector<IntegerBar>& bars) {
    std::vector<long double> r{kUndefined};
    for (std::size_t t = 1; t < bars.size(); ++t) {
        r.push_back(static_cast<long double>(log_units(bars[t].close, bars[t - 1].close)));
    }
    return r;
}

/// The `window` values that end at place t.
inline std::vector<long double> last(const std::vector<long double>& values, std::size_t t, int window) {
    const auto end = values.begin() + static_cast<std::ptrdiff_t>(t) + 1;
    return {end - window, end};
}

inline long double mean_of(const std::vector<long double>& values) {
    long double sum = 0.0L;
    for (const long double x : values) {
        sum += x;
    }
    return sum / static_cast<long double>(values.size());
}

/// Sum of the products of the distances from their means.
inline long double codeviation(const std::vector<long double>& x, const std::vector<long double>& y) {
    const long double x_mean = mean_of(x);
    const long double y_mean = mean_of(y);
    long double sum = 0.0L;
    for (std::size_t i = 0; i < x.size(); ++i) {
        sum += (x[i] - x_mean) * (y[i] - y_mean);
    }
    return sum;
}

inline long double over(long double a, long double b) { return b == 0.0L ? kUndefined : a / b; }

/// A feature after every bar against what `expected(t)` says of it, NaN where that is undefined; `floor` is what
/// rounding alone may do to a value near 0.
template <typename Expected>
void expect_recomputed(const std::string& feature, const std::map<std::string, int>& parameters,
                       const std::vector<Bar>& bars, Expected expected, double floor = 0.0) {
    using Columns = std::vector<Plan::Column>;
    const auto plan = std::make_shared<const Plan>(Columns{{feature, feature, parameters}}, 5 * kMinuteNs);
    const Rows rows = rows_of(plan, bars);
    int compared = 0;
    for (auto t = static_cast<std::size_t>(plan->warmup_bars()); t < bars.size(); ++t) {
        const auto value = static_cast<long double>(rows[t][0]);
        const long double right = expected(t);
        ASSERT_EQ(std::isnan(value), std::isnan(right)) << feature << " at " << t << ": " << value << ", " << right;
        if (!std::isnan(value)) {
            ASSERT_NEAR(static_cast<double>(value), static_cast<double>(right),
                        static_cast<double>(1e-9L * std::fabs(right)) + floor)
                << feature << " at " << t;
            ++compared;
        }
    }
    EXPECT_GT(compared, 300) << feature;
}

}  // namespace foxml::features::test
