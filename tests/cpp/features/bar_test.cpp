// What cannot be a bar is refused with its reason, and what can is rounded once, half to even.
#include "features/bar.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace foxml::features {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
constexpr Scale kCents{0.01, 1.0};
constexpr Bar kGood{200, 100, 300, 10.0, 11.0, 9.0, 10.5, 1000.0};

struct Refused {
    const char* reason;
    Bar bar;
};

constexpr Refused kRefused[] = {
    {"a price is not finite", {200, 100, 300, kNotANumber, 11.0, 9.0, 10.5, 1.0}},
    {"a price is not finite", {200, 100, 300, 10.0, kInfinity, 9.0, 10.5, 1.0}},
    {"a price is not finite", {200, 100, 300, 10.0, 11.0, 9.0, kNotANumber, 1.0}},
    {"a price is not positive", {200, 100, 300, 10.0, 11.0, 0.0, 10.5, 1.0}},
    {"a price is not positive", {200, 100, 300, 10.0, 11.0, -9.0, 10.5, 1.0}},
    {"high is below low", {200, 100, 300, 10.0, 9.0, 11.0, 10.5, 1.0}},
    {"high is below open or close", {200, 100, 300, 11.5, 11.0, 9.0, 10.5, 1.0}},
    {"high is below open or close", {200, 100, 300, 10.0, 11.0, 9.0, 11.5, 1.0}},
    {"low is above open or close", {200, 100, 300, 8.5, 11.0, 9.0, 10.5, 1.0}},
    {"low is above open or close", {200, 100, 300, 10.0, 11.0, 9.0, 8.5, 1.0}},
    {"volume is not finite", {200, 100, 300, 10.0, 11.0, 9.0, 10.5, kNotANumber}},
    {"volume is not finite", {200, 100, 300, 10.0, 11.0, 9.0, 10.5, kInfinity}},
    {"volume is negative", {200, 100, 300, 10.0, 11.0, 9.0, 10.5, -1.0}},
    {"a price is too large for the instrument's price grid", {200, 100, 300, 10.0, 1.1e10, 9.0, 10.5, 1.0}},
    {"a price rounds to zero on the instrument's price grid", {200, 100, 300, 10.0, 11.0, 0.005, 10.5, 1.0}},
    {"volume is too large for the instrument's volume unit", {200, 100, 300, 10.0, 11.0, 9.0, 10.5, 1.2e12}},
    {"the session lies outside of the years 1897 to 2115", {200, kTimeMinNs - 1, 300, 10.0, 11.0, 9.0, 10.5, 1.0}},
    {"the session lies outside of the years 1897 to 2115", {200, 100, kTimeMaxNs + 1, 10.0, 11.0, 9.0, 10.5, 1.0}},
    {"the session closes before it opens", {200, 300, 100, 10.0, 11.0, 9.0, 10.5, 1.0}},
    {"the session closes before it opens", {200, 200, 200, 10.0, 11.0, 9.0, 10.5, 1.0}},
    {"the bar closes outside its session", {100, 100, 300, 10.0, 11.0, 9.0, 10.5, 1.0}},
    {"the bar closes outside its session", {301, 100, 300, 10.0, 11.0, 9.0, 10.5, 1.0}},
};

TEST(BarTest, WhatCannotBeABarIsRefusedWithItsReason) {
    for (const Refused& row : kRefused) {
        EXPECT_STREQ(refusal(row.bar, kCents), row.reason);
    }
}

TEST(BarTest, WhatCanBeABarIsNot) {
    EXPECT_EQ(refusal(kGood, kCents), nullptr);
    EXPECT_EQ(refusal({300, 100, 300, 10.0, 10.0, 10.0, 10.0, 0.0}, kCents), nullptr);  // flat, no volume, last moment
    EXPECT_EQ(refusal({200, 100, 300, 10.0, 11.0, 9.0, 10.5, 1e12}, kCents), nullptr);
    EXPECT_EQ(refusal({200, kTimeMinNs, kTimeMaxNs, 10.0, 11.0, 9.0, 10.5, 1.0}, kCents), nullptr);
    EXPECT_EQ(refusal({200, 100, 300, 10.0, 11.0, 0.0051, 10.5, 1.0}, kCents), nullptr);
    EXPECT_EQ(refusal({200, 100, 300, 1e6, 1.09e6, 9.0, 10.5, 1.0}, {1e-6, 1.0}), nullptr);
}

TEST(BarTest, RoundsOnceHalfToEven) {
    const IntegerBar bar = to_integers({200, 100, 300, 10.25, 12.5, 9.75, 10.5, 2.5}, {0.5, 1.0});
    EXPECT_EQ(bar, (IntegerBar{200, 100, 300, 20, 25, 20, 21, 2}));
    const IntegerBar cents = to_integers({200, 100, 300, 129.04, 129.05, 97.31, 97.31, 7.0}, kCents);
    EXPECT_EQ(cents, (IntegerBar{200, 100, 300, 12904, 12905, 9731, 9731, 7}));
    EXPECT_EQ(cents.typical3(), 12905 + 9731 + 9731);
}

}  // namespace
}  // namespace foxml::features
