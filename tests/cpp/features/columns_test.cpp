// What a bar adds to the sums is right by hand, and fits its integer even where a bar is as extreme as it may be.
#include "features/columns.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace foxml::features {
namespace {

constexpr std::int64_t kHourNs = 60 * kMinuteNs;
constexpr Scale kCents{0.01, 1.0};

constexpr ColumnSet kAll{
    {Column::high_low_spread, Column::grid_steps},
    {WideColumn::location_volume, WideColumn::close_log_volume, WideColumn::return_volume, WideColumn::illiquidity}};

IntegerBar bar_of(std::int64_t high, std::int64_t low, std::int64_t close, std::int64_t volume) {
    return {kHourNs, 0, 7 * kHourNs, close, high, low, close, volume};
}

Contributions contributions_of(const IntegerBar& bar, const IntegerBar& previous, const Scale& scale = kCents) {
    Contributions out;
    const LastReturns none{};
    contribute({bar, &previous, 1, none, -7, scale, kHourNs}, kAll, out);
    return out;
}

double fine(Int128 value) { return to_double(value) * kFineUnit; }

TEST(ColumnsTest, VolumeCountsByWhereTheCloseLies) {
    const IntegerBar previous = bar_of(10'000, 10'000, 10'000, 5);
    const auto location = [&previous](std::int64_t close) {
        return fine(contributions_of(bar_of(10'200, 10'000, close, 3), previous)[WideColumn::location_volume]);
    };
    EXPECT_EQ(location(10'000), -3.0);
    EXPECT_EQ(location(10'050), -1.5);
    EXPECT_EQ(location(10'100), 0.0);
    EXPECT_EQ(location(10'200), 3.0);
    EXPECT_EQ(fine(contributions_of(previous, previous)[WideColumn::location_volume]), 0.0);  // no range, no place
}

TEST(ColumnsTest, ReturnsAndChangesAreThoseOfTheBarBefore) {
    const auto out = contributions_of(bar_of(10'500, 10'400, 10'500, 8), bar_of(10'000, 9'900, 10'000, 5));
    EXPECT_EQ(fine(out[WideColumn::return_volume]), 0.05 * 8.0);
    EXPECT_TRUE(out[WideColumn::change_lag1] == 500 * -7);
    EXPECT_EQ(out[Column::traded], 1);
}

TEST(ColumnsTest, IlliquidityIsAReturnADollar) {
    const IntegerBar previous = bar_of(10'000, 10'000, 10'000, 5);
    const auto out = contributions_of(bar_of(10'100, 10'000, 10'100, 4'000'000), previous);
    const double expected = 1e12 * std::log(1.01) / (101.0 * 4e6);
    EXPECT_NEAR(fine(out[WideColumn::illiquidity]), expected, 1e-12 * expected);
    const auto silent = contributions_of(bar_of(10'100, 10'000, 10'100, 0), previous);
    EXPECT_TRUE(silent[WideColumn::illiquidity] == 0);
    EXPECT_EQ(silent[Column::traded], 0);
}

TEST(ColumnsTest, IlliquidityOfNextToNoMoneyStopsWhereSumsStillFit) {
    // The millionth part of a coin at the millionth part of a dollar, after a fall by 4096.
    const IntegerBar previous = bar_of(4096, 4096, 4096, 1);
    const auto out = contributions_of(bar_of(1, 1, 1, 1), previous, {1e-6, 1e-8});
    EXPECT_EQ(fine(out[WideColumn::illiquidity]), kIlliquidityMax);
    constexpr auto kLongest = 1024;
    EXPECT_LE(kIlliquidityMax / kFineUnit * kLongest, 0x1p126);
}

TEST(ColumnsTest, TheLargestBarsFitTheirIntegers) {
    constexpr std::int64_t kMost = kUnitsMax - 1;
    const auto out = contributions_of(bar_of(kMost, kMost / 4096, kMost, kMost),
                                      bar_of(kMost, kMost / 4096, kMost / 4096 + 1, kMost));
    EXPECT_NEAR(fine(out[WideColumn::return_volume]), 4095.0 * 0x1p40, 1e-6 * 4095.0 * 0x1p40);
    EXPECT_NEAR(fine(out[WideColumn::location_volume]), 0x1p40, 2.0);
    EXPECT_NEAR(to_double(out[WideColumn::close_log_volume]) * kLogUnit, 0x1p40 * 40.0 * std::log(2.0), 0x1p40 * 1e-9);
}

TEST(ColumnsTest, TheSpreadIsFromTheRangesOfTwoBars) {
    // Bars of one and the same range that does not move: sqrt(2 b) - sqrt(b) = sqrt(g) (2 - sqrt 2), so that
    // a = sqrt(g) ((2 - sqrt 2) / k - 1 / sqrt k) = sqrt(g), k = 3 - 2 sqrt 2: the spread is the range itself.
    const IntegerBar bar = bar_of(10'100, 10'000, 10'050, 1);
    const double range = std::log(1.01);
    const double spread = 2.0 * std::tanh(range / 2.0);
    EXPECT_NEAR(static_cast<double>(contributions_of(bar, bar)[Column::high_low_spread]) * kLogUnit, spread, 1e-14);
    // A trend from one bar to the next is no spread.
    const IntegerBar above = bar_of(10'300, 10'200, 10'250, 1);
    EXPECT_EQ(contributions_of(above, bar)[Column::high_low_spread], 0);
    const IntegerBar widest = bar_of(kUnitsMax - 1, 1, 1, 1);
    EXPECT_NEAR(static_cast<double>(contributions_of(widest, widest)[Column::high_low_spread]) * kLogUnit,
                2.0 - 4.0 * 0x1p-40, 1e-14);
}

TEST(ColumnsTest, GridStepsFollowTheSessions) {
    // Sessions of six and a half hours, from 14:30 to 21:00: six whole hours and a short one.
    constexpr std::int64_t kOpen = 870 * kMinuteNs;
    constexpr std::int64_t kClose = 1260 * kMinuteNs;
    constexpr std::int64_t kDay = 1440 * kMinuteNs;
    const auto at = [](std::int64_t day, std::int64_t close_ns) {
        return IntegerBar{day * kDay + close_ns, day * kDay + kOpen, day * kDay + kClose, 1, 1, 1, 1, 0};
    };
    const auto steps = [](const IntegerBar& bar, const IntegerBar& previous) {
        return contributions_of(bar, previous)[Column::grid_steps];
    };
    EXPECT_EQ(steps(at(0, kOpen + 2 * kHourNs), at(0, kOpen + kHourNs)), 1);
    EXPECT_EQ(steps(at(0, kOpen + 5 * kHourNs), at(0, kOpen + kHourNs)), 4);
    EXPECT_EQ(steps(at(0, kClose), at(0, kOpen + 6 * kHourNs)), 1);  // the short one
    EXPECT_EQ(steps(at(1, kOpen + kHourNs), at(0, kClose)), 1);
    EXPECT_EQ(steps(at(3, kOpen + kHourNs), at(0, kClose)), 1);  // two days that nobody calls sessions
    EXPECT_EQ(steps(at(1, kOpen + 2 * kHourNs), at(0, kOpen + 5 * kHourNs)), 4);
}

}  // namespace
}  // namespace foxml::features
