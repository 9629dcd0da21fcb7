// Patterns of candles, each on bars small enough to work out by hand: what makes one, and what just does not.
#include <gtest/gtest.h>

#include "walks.hpp"

namespace foxml::features {
namespace {

struct Candle {
    double open;
    double high;
    double low;
    double close;
};

/// The pattern at a last bar that follows twelve with a body of 10 cents in a range of 20, and the one given before it.
double pattern(const char* name, const Candle& before, const Candle& now) {
    auto bars = test::random_bars({.bars = 14, .seed = 1});
    for (std::size_t t = 0; t < bars.size(); ++t) {
        const Candle candle = t == 13 ? now : t == 12 ? before : Candle{10.05, 10.20, 10.00, 10.15};
        bars[t].open = candle.open;
        bars[t].high = candle.high;
        bars[t].low = candle.low;
        bars[t].close = candle.close;
    }
    const auto plan = std::make_shared<const Plan>(std::vector<std::string>{name}, 5 * kMinuteNs);
    return test::rows_of(plan, bars).back()[0];
}

constexpr Candle kPlain{10.05, 10.20, 10.00, 10.15};

TEST(CandlesTest, ADojiHasNextToNoBody) {
    EXPECT_EQ(pattern("doji", kPlain, {10.00, 10.50, 9.50, 10.02}), 1.0);  // a tenth of the mean range still is one
    EXPECT_EQ(pattern("doji", kPlain, {10.02, 10.02, 10.00, 10.00}), 1.0);
    EXPECT_EQ(pattern("doji", kPlain, {10.00, 10.50, 9.50, 10.03}), 0.0);
}

TEST(CandlesTest, AnEngulfingBodyReachesOverTheOneBefore) {
    constexpr Candle kBlack{10.15, 10.20, 10.00, 10.05};
    EXPECT_EQ(pattern("engulfing", kBlack, {10.04, 10.20, 10.00, 10.16}), 1.0);
    EXPECT_EQ(pattern("engulfing", kBlack, {10.05, 10.20, 10.00, 10.16}), 1.0);  // one end may be level
    EXPECT_EQ(pattern("engulfing", kBlack, {10.05, 10.20, 10.00, 10.15}), 0.0);  // both may not
    EXPECT_EQ(pattern("engulfing", kBlack, {10.16, 10.20, 10.00, 10.04}), 0.0);  // of the same colour
    EXPECT_EQ(pattern("engulfing", kPlain, {10.16, 10.20, 10.00, 10.04}), -1.0);
    EXPECT_EQ(pattern("engulfing", kPlain, {10.15, 10.20, 10.00, 10.04}), -1.0);
    EXPECT_EQ(pattern("engulfing", kPlain, {10.15, 10.20, 10.00, 10.05}), 0.0);
    EXPECT_EQ(pattern("engulfing", {10.05, 10.2, 10.0, 10.05}, {10.06, 10.2, 10.0, 10.04}), -1.0);  // none is white
}

TEST(CandlesTest, AHammerHangsBelowAShortBodyNearTheLowBefore) {
    EXPECT_EQ(pattern("hammer", kPlain, {10.00, 10.05, 9.90, 10.04}), 1.0);
    EXPECT_EQ(pattern("hammer", kPlain, {10.04, 10.05, 9.90, 10.05}), 1.0);  // within a fifth of the mean range above
    EXPECT_EQ(pattern("hammer", kPlain, {10.05, 10.06, 9.90, 10.06}), 0.0);  // beyond it
    EXPECT_EQ(pattern("hammer", kPlain, {10.00, 10.06, 9.90, 10.04}), 0.0);  // a shadow above of a tenth of it
    EXPECT_EQ(pattern("hammer", kPlain, {10.00, 10.05, 9.96, 10.04}), 0.0);  // below as long as the body
    EXPECT_EQ(pattern("hammer", kPlain, {10.00, 10.10, 9.80, 10.10}), 0.0);  // a body as long as the mean
}

}  // namespace
}  // namespace foxml::features
