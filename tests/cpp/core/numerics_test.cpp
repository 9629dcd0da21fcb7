// The core's log and exp stay within one ulp of the true value, and are exact where the true value is.
#include "core/numerics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

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
    EXPECT_GT(foxml::exp(-745.0), 0.0);  // subnormal, not flushed
    EXPECT_TRUE(std::isfinite(foxml::exp(709.78)));
    EXPECT_NEAR(foxml::log(std::numeric_limits<double>::denorm_min()), -744.4400719213812, 1e-12);
}

}  // namespace
