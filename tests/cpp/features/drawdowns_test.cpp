// Falls from a high are those of a scan of the window.
#include <gtest/gtest.h>

#include <algorithm>

#include "recomputed.hpp"

namespace foxml::features {
namespace {

using test::expect_recomputed;
using test::last;

class DrawdownsTest : public testing::TestWithParam<int> {
   protected:
    DrawdownsTest() {
        for (const IntegerBar& bar : integers_) {
            closes_.push_back(static_cast<long double>(bar.close));
        }
    }

    long double highest(std::size_t t, int w) const {
        const auto window = last(closes_, t, w);
        return *std::max_element(window.begin(), window.end());
    }

    std::vector<Bar> bars_ = test::trying_bars(1800, 41);
    std::vector<IntegerBar> integers_ = test::on_grid(bars_);
    std::vector<long double> closes_;
};

TEST_P(DrawdownsTest, TheDeepestOfAllPairs) {
    const int w = GetParam();
    expect_recomputed("mdd_60", {{"w", w}}, bars_, [&](std::size_t t) {
        long double deepest = 0.0L;
        long double high = 0.0L;
        for (const long double close : last(closes_, t, w)) {
            high = std::max(high, close);
            deepest = std::max(deepest, (high - close) / high);
        }
        return deepest;
    });
}

TEST_P(DrawdownsTest, TheRootOfTheMeanSquare) {
    const int w = GetParam();
    expect_recomputed("ulcer_60", {{"high_window", w}, {"mean_window", 20}}, bars_, [&](std::size_t t) {
        long double sum = 0.0L;
        for (std::size_t i = t - 19; i <= t; ++i) {
            sum += std::pow(closes_[i] / highest(i, w) - 1.0L, 2.0L);
        }
        return std::sqrt(sum / 20.0L);
    });
}

TEST_P(DrawdownsTest, DistancesFromTheExtremes) {
    const int w = GetParam();
    const auto r = test::returns_of(integers_);
    const auto scaled = [&](std::size_t t, long double log_distance) {
        const auto window = last(r, t, 40);
        return test::over(log_distance, std::sqrt(test::codeviation(window, window) / 39.0L * w) * 0x1p-50L);
    };
    expect_recomputed(
        "from_high_z_60", {{"w", w}, {"deviation_window", 40}}, bars_,
        [&](std::size_t t) { return scaled(t, std::log(closes_[t] / highest(t, w))); }, 1e-9);
    expect_recomputed(
        "from_low_z_60", {{"w", w}, {"deviation_window", 40}}, bars_,
        [&](std::size_t t) {
            const auto window = last(closes_, t, w);
            return scaled(t, std::log(closes_[t] / *std::min_element(window.begin(), window.end())));
        },
        1e-9);
}

TEST_P(DrawdownsTest, BarsSinceTheHigh) {
    const int w = GetParam();
    expect_recomputed("since_high_240", {{"w", w}}, bars_, [&](std::size_t t) {
        std::size_t since = 0;
        for (std::size_t i = 1; i < static_cast<std::size_t>(w); ++i) {
            since = integers_[t - i].high > integers_[t - since].high ? i : since;
        }
        return static_cast<long double>(since) / w;
    });
}

// Below, at and above a power of two, and one that lies athwart the blocks of every other.
INSTANTIATE_TEST_SUITE_P(Windows, DrawdownsTest, testing::Values(2, 3, 60, 64, 65, 240));

}  // namespace
}  // namespace foxml::features
