// Statistics of returns are those of a plain recomputation over the window, whatever has passed through it.
#include <gtest/gtest.h>

#include <array>

#include "recomputed.hpp"

namespace foxml::features {
namespace {

using test::expect_recomputed;
using test::last;

constexpr double kFloor = 1e-15;

class ReturnStatisticsTest : public testing::TestWithParam<std::uint64_t> {
   protected:
    std::vector<Bar> bars_ = test::trying_bars(1500, GetParam());
    std::vector<long double> r_ = test::returns_of(test::on_grid(bars_));

    /// Sums of q returns; nothing before there are so many.
    std::vector<long double> sums(int q) const {
        std::vector<long double> out(r_.size(), test::kUndefined);
        for (auto t = static_cast<std::size_t>(q); t < r_.size(); ++t) {
            out[t] = 0.0L;
            for (int i = 0; i < q; ++i) {
                out[t] += r_[t - static_cast<std::size_t>(i)];
            }
        }
        return out;
    }
};

TEST_P(ReturnStatisticsTest, MomentsAreThoseOfTheWindow) {
    // The fourth powers of a glitch leave nothing behind when it has gone.
    for (const int w : {4, 60, 240}) {
        const auto central = [&](std::size_t t, int power) {
            const auto window = last(r_, t, w);
            const long double mean = test::mean_of(window);
            long double sum = 0.0L;
            for (const long double x : window) {
                sum += std::pow(x - mean, static_cast<long double>(power));
            }
            return sum / w;
        };
        const long double n = w;
        expect_recomputed(
            "skew_60", {{"w", w}}, bars_,
            [&](std::size_t t) {
                const long double square = central(t, 2);
                return std::sqrt(n * (n - 1)) / (n - 2) * test::over(central(t, 3), square * std::sqrt(square));
            },
            kFloor);
        expect_recomputed(
            "kurt_60", {{"w", w}}, bars_,
            [&](std::size_t t) {
                const long double raw = test::over(central(t, 4), central(t, 2) * central(t, 2));
                return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * raw - 3 * (n - 1));
            },
            kFloor);
    }
}

TEST_P(ReturnStatisticsTest, AutocorrelationsAreThoseOfThePairs) {
    // Each side has its own mean and variance, five bars apart as well as one.
    const auto correlation = [](const std::vector<long double>& x, std::size_t t, int w, std::size_t lag) {
        const auto now = last(x, t, w);
        const auto before = last(x, t - lag, w);
        const long double square = test::codeviation(now, now) * test::codeviation(before, before);
        return test::over(test::codeviation(now, before), std::sqrt(square));
    };
    auto sizes = r_;
    for (long double& size : sizes) {
        size = std::fabs(size);
    }
    for (const int w : {20, 240}) {
        expect_recomputed(
            "acf1_240", {{"w", w}}, bars_, [&](std::size_t t) { return correlation(r_, t, w, 1); }, kFloor);
        expect_recomputed(
            "acf5_240", {{"w", w}}, bars_, [&](std::size_t t) { return correlation(r_, t, w, 5); }, kFloor);
        expect_recomputed(
            "acf1_abs_60", {{"w", w}}, bars_, [&](std::size_t t) { return correlation(sizes, t, w, 1); }, kFloor);
    }
}

TEST_P(ReturnStatisticsTest, VarianceRatiosAndHurstAreThoseOfOverlappingSums) {
    const auto dispersed = [&](std::size_t t, int q, int w) {
        const auto window = last(sums(q), t, w);
        return test::codeviation(window, window);
    };
    const std::vector<Bar> few(bars_.begin(), bars_.begin() + 700);
    for (const int q : {2, 5}) {
        expect_recomputed("vr_" + std::to_string(q) + "_240", {{"w", 60}}, few,
                          [&](std::size_t t) { return test::over(dispersed(t, q, 60), q * dispersed(t, 1, 60)); });
    }
    expect_recomputed(
        "hurst_240", {{"w", 120}}, few,
        [&](std::size_t t) {
            std::array<long double, 5> y{};
            for (std::size_t i = 0; i < y.size(); ++i) {
                y[i] = std::log(dispersed(t, 1 << i, 120)) / 2.0L;
            }
            return (2 * (y[4] - y[0]) + y[3] - y[1]) / (10.0L * std::log(2.0L));
        },
        kFloor);
}

long double entropy(const std::array<int, 8>& counts, int total) {
    long double sum = 0.0L;
    for (const int count : counts) {
        sum -= count == 0 ? 0.0L : count * std::log(static_cast<long double>(count) / total) / total;
    }
    return sum / std::log(8.0L);
}

TEST_P(ReturnStatisticsTest, EntropiesAreThoseOfTheCounts) {
    for (const int w : {20, 255}) {
        expect_recomputed(
            "sign_entropy_120", {{"w", w}}, bars_,
            [&](std::size_t t) {
                std::array<int, 8> counts{};
                for (std::size_t i = t + 1 - static_cast<std::size_t>(w); i <= t; ++i) {
                    ++counts[(r_[i] > 0 ? 1U : 0U) + (r_[i - 1] > 0 ? 2U : 0U) + (r_[i - 2] > 0 ? 4U : 0U)];
                }
                return entropy(counts, w);
            },
            kFloor);
        expect_recomputed(
            "hist_entropy_240", {{"w", w}}, bars_,
            [&](std::size_t t) {
                std::array<int, 8> counts{};
                for (std::size_t i = t + 1 - static_cast<std::size_t>(w); i <= t; ++i) {
                    const auto before = last(r_, i - 1, w);
                    const long double z = test::over(r_[i], std::sqrt(test::codeviation(before, before) / (w - 1)));
                    if (std::isnan(z)) {
                        return test::kUndefined;
                    }
                    ++counts[static_cast<std::size_t>(std::clamp(std::floor(2.0L * z) + 4.0L, 0.0L, 7.0L))];
                }
                return entropy(counts, w);
            },
            kFloor);
    }
}

INSTANTIATE_TEST_SUITE_P(Walks, ReturnStatisticsTest, testing::Values(21, 22));

TEST(SignEntropyTest, OneWordAloneHasNone) {
    // Exactly 0, not a rounding of it: nothing but this word was seen.
    auto bars = test::random_bars({.bars = 200, .seed = 3});
    for (Bar& bar : bars) {
        bar.open = bar.high = bar.low = bar.close = 100.0;
    }
    const auto plan = std::make_shared<const Plan>(std::vector<std::string>{"sign_entropy_120"}, 5 * kMinuteNs);
    EXPECT_EQ(test::rows_of(plan, bars).back()[0], 0.0);
}

}  // namespace
}  // namespace foxml::features
