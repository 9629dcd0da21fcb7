// What a symbol does beside its benchmark is what plain least squares say, and nothing where the benchmark is missing.
#include <gtest/gtest.h>

#include "recomputed.hpp"

namespace foxml::features {
namespace {

using test::expect_recomputed;
using test::last;

struct Beside {
    std::vector<Bar> bars;
    std::vector<long double> r;
    std::vector<long double> b;  ///< nothing where the benchmark is missing

    explicit Beside(std::vector<Bar> with) : bars(std::move(with)), r(test::returns_of(test::on_grid(bars))) {
        for (const Bar& bar : bars) {
            b.push_back(bar.benchmark_ratio > 0.0 ? static_cast<long double>(log_units(bar.benchmark_ratio))
                                                  : test::kUndefined);
        }
        b[0] = test::kUndefined;
    }

    long double co(std::size_t t, int w, bool with_b, bool and_b) const {
        return test::codeviation(last(with_b ? b : r, t, w), last(and_b ? b : r, t, w));
    }
    long double beta(std::size_t t, int w) const { return test::over(co(t, w, false, true), co(t, w, true, true)); }
    long double residual(std::size_t t, int w) const { return (r[t] - beta(t - 1, w) * b[t]) * 0x1p-50L; }
};

void expect_all(const Beside& beside, int w) {
    expect_recomputed("beta_60", {{"w", w}}, beside.bars, [&](std::size_t t) { return beside.beta(t, w); }, 1e-15);
    expect_recomputed(
        "corr_bm_60", {{"w", w}}, beside.bars,
        [&](std::size_t t) {
            const long double square = beside.co(t, w, false, false) * beside.co(t, w, true, true);
            return test::over(beside.co(t, w, false, true), std::sqrt(square));
        },
        1e-15);
    expect_recomputed(
        "idio_vol_60", {{"w", w}}, beside.bars,
        [&](std::size_t t) {
            // What is left of r - b is what is left of r, and where both are nearly equal it is known better.
            auto apart = last(beside.r, t, w);
            const auto of_b = last(beside.b, t, w);
            for (std::size_t i = 0; i < apart.size(); ++i) {
                apart[i] -= of_b[i];
            }
            const long double shared = test::codeviation(apart, of_b);
            const long double left =
                test::codeviation(apart, apart) - test::over(shared, test::codeviation(of_b, of_b)) * shared;
            return std::isnan(left) ? left : std::sqrt(std::max(0.0L, left) / (w - 1)) * 0x1p-50L;
        },
        1e-22);
    expect_recomputed(
        "resid_ret_1", {{"w", w}}, beside.bars, [&](std::size_t t) { return beside.residual(t, w); }, 1e-16);
    expect_recomputed(
        "resid_mom_20", {{"beta_window", w}, {"w", 20}}, beside.bars,
        [&](std::size_t t) {
            long double sum = 0.0L;
            for (std::size_t i = t - 19; i <= t; ++i) {
                sum += beside.residual(i, w);
            }
            return sum;
        },
        1e-16);
}

TEST(BenchmarkTest, EqualsPlainLeastSquares) {
    const Beside beside(test::trying_bars(1500, 51));
    for (const int w : {20, 60}) {
        expect_all(beside, w);
    }
}

TEST(BenchmarkTest, OfItself) {
    // Nothing of a benchmark is its own but the rounding of its prices: two numbers that are nearly equal are
    // subtracted as integers, and what is left is right to 1e-9 of what it is.
    auto bars = test::random_bars({.bars = 900, .seed = 52});
    for (std::size_t t = 1; t < bars.size(); ++t) {
        bars[t].benchmark_ratio = std::round(bars[t].close * 100.0) / std::round(bars[t - 1].close * 100.0) *
                                  (1.0 + 1e-9 * static_cast<double>(t % 7));
    }
    expect_all(Beside(bars), 60);
}

TEST(BenchmarkTest, WithoutItThereIsNoValue) {
    // A benchmark that is missing at one bar of the window leaves no value, not one of the bars that are left.
    auto bars = test::random_bars({.bars = 200, .seed = 53});
    bars[150].benchmark_ratio = 0.0;
    const auto plan =
        std::make_shared<const Plan>(std::vector<std::string>{"beta_60", "resid_ret_1", "resid_mom_20"}, 5 * kMinuteNs);
    EXPECT_TRUE(plan->needs_benchmark());
    const test::Rows rows = test::rows_of(plan, bars);
    for (std::size_t t = 100; t < bars.size(); ++t) {
        EXPECT_EQ(std::isnan(rows[t][0]), t >= 150) << t;
        EXPECT_EQ(std::isnan(rows[t][1]), t >= 150) << t;
        EXPECT_EQ(std::isnan(rows[t][2]), t >= 150) << t;
    }
    // A move beyond what any price makes is a benchmark that is missing too.
    bars[150].benchmark_ratio = 1e5;
    EXPECT_TRUE(std::isnan(test::rows_of(plan, bars)[150][0]));
}

}  // namespace
}  // namespace foxml::features
