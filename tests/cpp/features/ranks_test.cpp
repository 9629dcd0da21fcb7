// Ranks and quantiles are those of a sorted copy of the window.
#include <gtest/gtest.h>

#include <algorithm>

#include "recomputed.hpp"

namespace foxml::features {
namespace {

using test::expect_recomputed;
using test::last;

long double rank_of_last(const std::vector<long double>& window) {
    long double below = 0.0L;
    long double equal = 0.0L;
    for (const long double x : window) {
        below += x < window.back() ? 1.0L : 0.0L;
        equal += x == window.back() ? 1.0L : 0.0L;
    }
    return (below + (equal + 1.0L) / 2.0L) / static_cast<long double>(window.size());
}

long double quantile(std::vector<long double> window, int percent) {
    std::sort(window.begin(), window.end());
    const long double at = static_cast<long double>(percent) * static_cast<long double>(window.size() - 1) / 100.0L;
    const auto place = static_cast<std::size_t>(at);
    return window[place] + (window[place + 1] - window[place]) * (at - static_cast<long double>(place));
}

class RanksTest : public testing::TestWithParam<int> {
   protected:
    RanksTest() {
        for (const IntegerBar& bar : integers_) {
            closes_.push_back(static_cast<long double>(bar.close));
        }
    }

    std::vector<Bar> bars_ = test::trying_bars(1800, 31);
    std::vector<IntegerBar> integers_ = test::on_grid(bars_);
    std::vector<long double> closes_;
};

TEST_P(RanksTest, OfCloses) {
    const int w = GetParam();
    expect_recomputed("rank_20", {{"w", w}}, bars_, [&](std::size_t t) { return rank_of_last(last(closes_, t, w)); });
    for (const int percent : {1, 20, 80, 99}) {
        expect_recomputed("qtlu_20", {{"w", w}, {"percent", percent}}, bars_,
                          [&](std::size_t t) { return quantile(last(closes_, t, w), percent) / closes_[t]; });
    }
    expect_recomputed(
        "median_dist_60", {{"w", w}}, bars_,
        [&](std::size_t t) { return closes_[t] / quantile(last(closes_, t, w), 50) - 1.0L; }, 1e-16);
}

TEST_P(RanksTest, OfReturns) {
    const int w = GetParam();
    const auto r = test::returns_of(integers_);
    expect_recomputed("iqr_r_60", {{"w", w}}, bars_, [&](std::size_t t) {
        const auto window = last(r, t, w);
        const long double deviation = std::sqrt(test::codeviation(window, window) / (w - 1));
        return test::over((quantile(window, 75) - quantile(window, 25)) / 1.349L, deviation);
    });
}

TEST_P(RanksTest, OfVolatilities) {
    // Two windows of the same returns are equal to the bit, wherever they lie: they share their rank.
    const int w = GetParam();
    std::vector<long double> variances(integers_.size());
    for (std::size_t t = 20; t < integers_.size(); ++t) {
        Int128 squares = 0;
        std::int64_t sum = 0;
        for (std::size_t i = t - 19; i <= t; ++i) {
            const std::int64_t r = log_units(integers_[i].close, integers_[i - 1].close);
            squares += product(r, r);
            sum += r;
        }
        variances[t] = static_cast<long double>(to_double(20 * squares - product(sum, sum)));
    }
    expect_recomputed("rank_vol_240", {{"w", w}}, bars_,
                      [&](std::size_t t) { return rank_of_last(last(variances, t, w)); });
}

INSTANTIATE_TEST_SUITE_P(Windows, RanksTest, testing::Values(2, 20, 63, 240, 1024));

}  // namespace
}  // namespace foxml::features
