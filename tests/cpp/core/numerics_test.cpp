// The core's functions stay within an ulp or two of the true value, and are exact where the true value is.
#include "core/numerics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>
#include <utility>

namespace {

double ulps(double value, long double exact) {
    const double nearest = static_cast<double>(exact);
    const double ulp = std::nextafter(std::fabs(nearest), INFINITY) - std::fabs(nearest);
    return static_cast<double>(std::fabs(static_cast<long double>(value) - exact) / static_cast<long double>(ulp));
}

TEST(LogTest, StaysWithinOneUlp) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> exponent(-1070.0, 1020.0);
    std::uniform_real_distribution<double> near_one(0.5, 2.0);
    for (int i = 0; i < 200'000; ++i) {
        const double x = i % 2 == 0 ? near_one(random) : std::exp2(exponent(random));
        ASSERT_LT(ulps(foxml::log(x), std::log(static_cast<long double>(x))), 1.0) << x;
    }
}

TEST(ExpTest, StaysWithinOneUlp) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> wide(-708.0, 709.7);
    std::uniform_real_distribution<double> narrow(-1.0, 1.0);
    for (int i = 0; i < 200'000; ++i) {
        const double x = i % 2 == 0 ? narrow(random) : wide(random);
        ASSERT_LT(ulps(foxml::exp(x), std::exp(static_cast<long double>(x))), 1.0) << x;
    }
}

TEST(ErfTest, StaysWithinThreeUlps) {
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> whole(-6.5, 6.5);
    std::uniform_real_distribution<double> exponent(-1000.0, 0.0);
    for (int i = 0; i < 400'000; ++i) {
        const double x = i % 2 == 0 ? whole(random) : std::exp2(exponent(random));
        ASSERT_LT(ulps(foxml::erf(x), std::erf(static_cast<long double>(x))), 3.0) << x;
        ASSERT_EQ(foxml::erf(-x), -foxml::erf(x));
    }
    for (const double edge : {1.0, 6.0}) {
        for (const double x : {std::nextafter(edge, 0.0), edge, std::nextafter(edge, 7.0)}) {
            ASSERT_LT(ulps(foxml::erf(x), std::erf(static_cast<long double>(x))), 3.0) << x;
        }
    }
}

TEST(SinPiTest, StaysWithinTwoUlps) {
    constexpr long double kPi = 3.14159265358979323846264338327950288L;
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> turns(-4.0, 4.0);
    for (int i = 0; i < 200'000; ++i) {
        const double x = turns(random);
        // Reduced exactly first: near its zeros the long double sine of a large argument is no better than ours.
        const auto reduced = static_cast<long double>(std::remainder(x, 2.0));
        if (std::fabs(std::remainder(x, 1.0)) > 1e-3) {
            ASSERT_LT(ulps(foxml::sin_pi(x), std::sin(kPi * reduced)), 2.0) << x;
        }
        if (std::fabs(std::remainder(x - 0.5, 1.0)) > 1e-3) {
            ASSERT_LT(ulps(foxml::cos_pi(x), std::cos(kPi * reduced)), 2.0) << x;
        }
    }
}

TEST(SinPiTest, ExactAtEveryHalf) {
    const double sines[] = {0.0, 1.0, 0.0, -1.0};
    for (int halves = -9; halves <= 9; ++halves) {
        EXPECT_EQ(foxml::sin_pi(0.5 * halves), sines[(halves + 12) % 4]) << halves;
        EXPECT_EQ(foxml::cos_pi(0.5 * halves), sines[(halves + 13) % 4]) << halves;
    }
}

TEST(RoundTest, TiesGoToTheEvenNeighbour) {
    const std::pair<double, std::int64_t> cases[] = {{0.0, 0},
                                                     {0.5, 0},
                                                     {1.5, 2},
                                                     {2.5, 2},
                                                     {-0.5, 0},
                                                     {-1.5, -2},
                                                     {-2.5, -2},
                                                     {0.4, 0},
                                                     {0.6, 1},
                                                     {-0.6, -1},
                                                     {-0.4, 0},
                                                     {1e15, 1'000'000'000'000'000},
                                                     {0x1p62, std::int64_t{1} << 62},
                                                     {-0x1p62, -(std::int64_t{1} << 62)},
                                                     {0x1.fffffffffffffp51, std::int64_t{1} << 52},
                                                     {0.49999999999999994, 0}};
    for (const auto& [value, expected] : cases) {
        EXPECT_EQ(foxml::round_half_even(value), expected) << value;
    }
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> wide(-1e16, 1e16);
    for (int i = 0; i < 100'000; ++i) {
        const double x = wide(random) / static_cast<double>(1 + random() % 1'000'000);
        ASSERT_EQ(foxml::round_half_even(x), std::llrint(x)) << x;
    }
}

TEST(NumericsTest, SpecialValues) {
    EXPECT_EQ(foxml::log(1.0), 0.0);
    EXPECT_EQ(foxml::log(0.0), -INFINITY);
    EXPECT_EQ(foxml::log(INFINITY), INFINITY);
    EXPECT_TRUE(std::isnan(foxml::log(-1.0)));
    EXPECT_TRUE(std::isnan(foxml::log(NAN)));
    EXPECT_EQ(foxml::exp(0.0), 1.0);
    EXPECT_EQ(foxml::exp(-INFINITY), 0.0);
    EXPECT_EQ(foxml::exp(INFINITY), INFINITY);
    EXPECT_TRUE(std::isnan(foxml::exp(NAN)));
    EXPECT_EQ(foxml::erf(0.0), 0.0);
    EXPECT_EQ(foxml::erf(INFINITY), 1.0);
    EXPECT_EQ(foxml::erf(-INFINITY), -1.0);
    EXPECT_TRUE(std::isnan(foxml::erf(NAN)));
    EXPECT_GT(foxml::exp(-745.0), 0.0);  // subnormal, not flushed
    EXPECT_TRUE(std::isfinite(foxml::exp(709.78)));
    EXPECT_NEAR(foxml::log(std::numeric_limits<double>::denorm_min()), -744.4400719213812, 1e-12);
}

}  // namespace
