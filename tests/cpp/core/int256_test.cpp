// Window sums rely on it to the last bit: its sums and products are those of longhand arithmetic, its doubles the
// nearest.
#include "core/int256.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace foxml {
namespace {

constexpr Int256 kOne(Int128{1});

Int128 random_int128(std::mt19937_64& random) {
    const auto bits = static_cast<UInt128>(random()) << 64 | random();
    return static_cast<Int128>(bits) >> random() % 128;
}

Int256 random_int256(std::mt19937_64& random) { return Int256({random(), random(), random(), random()}); }

/// 2^k
Int256 power(int k) {
    Int256::Limbs limbs{};
    limbs[static_cast<std::size_t>(k / 64)] = std::uint64_t{1} << k % 64;
    return Int256(limbs);
}

TEST(Int256Test, AddsAndSubtractsLike128BitsWhereTheySuffice) {
    std::mt19937_64 random(1);
    for (int i = 0; i < 100'000; ++i) {
        const Int128 a = random_int128(random) / 2;
        const Int128 b = random_int128(random) / 2;
        ASSERT_EQ(Int256(a) + Int256(b), Int256(a + b));
        ASSERT_EQ(Int256(a) - Int256(b), Int256(a - b));
        ASSERT_EQ(-Int256(a), Int256(-a));
        ASSERT_EQ(Int256(a).negative(), a < 0);
    }
}

TEST(Int256Test, MultipliesLike128BitsWhereTheySuffice) {
    std::mt19937_64 random(2);
    for (int i = 0; i < 100'000; ++i) {
        const auto a = static_cast<std::int64_t>(random()) >> random() % 64;
        const auto b = static_cast<std::int64_t>(random()) >> random() % 64;
        ASSERT_EQ(product(Int128{a}, Int128{b}), Int256(product(a, b)));
        ASSERT_EQ(Int256(Int128{a}) * Int256(Int128{b}), Int256(product(a, b)));
    }
}

TEST(Int256Test, TheProductOf128BitsIsThatOf256) {
    std::mt19937_64 random(5);
    constexpr auto kLeast = static_cast<Int128>(UInt128{1} << 127);
    for (int i = 0; i < 100'000; ++i) {
        const Int128 a = i % 100 == 0 ? kLeast : random_int128(random);
        const Int128 b = i % 300 == 0 ? kLeast : i % 7 == 0 ? -1 : random_int128(random);
        ASSERT_EQ(product(a, b), Int256(a) * Int256(b));
    }
}

TEST(Int256Test, MultipliesIntoTheUpperLimbs) {
    // By the distributive law from products that fit, and by powers of two.
    std::mt19937_64 random(3);
    for (int i = 0; i < 100'000; ++i) {
        const Int256 a = random_int256(random);
        const Int256 b = random_int256(random);
        const Int256 c = random_int256(random);
        ASSERT_EQ(a * (b + c), a * b + a * c);
        ASSERT_EQ(a * b, b * a);
        ASSERT_EQ((a * b) * c, a * (b * c));
        const auto factor = static_cast<std::int64_t>(random()) >> random() % 64;
        ASSERT_EQ(product(factor, a), a * Int256(Int128{factor}));
        const Int128 x = random_int128(random);
        const auto high = static_cast<std::int64_t>(x >> 64);
        const auto low = static_cast<std::uint64_t>(x);
        // x y = (2^64 high + low) y, in parts of which each fits
        const auto y = static_cast<std::int64_t>(random());
        const Int256 low_times_y = product(static_cast<Int128>(low), Int128{y});
        const Int128 z = random_int128(random);
        ASSERT_EQ(product(x, z), Int256(x) * Int256(z));
        ASSERT_EQ(product(factor, z), Int256(Int128{factor}) * Int256(z));
        ASSERT_EQ(product(x, Int128{y}), power(64) * Int256(product(high, y)) + low_times_y);
    }
    EXPECT_EQ(power(100) * power(155), power(255));
    EXPECT_EQ(power(128) * power(128), Int256());
    const Int128 most_negative = static_cast<Int128>(UInt128{1} << 127);
    EXPECT_EQ(product(most_negative, most_negative), power(254));
}

TEST(Int256Test, WrapsLikeEveryInteger) {
    std::mt19937_64 random(4);
    Int256 sum;
    for (int i = 0; i < 1000; ++i) {
        sum += power(255) - kOne;  // the largest there is
    }
    for (int i = 0; i < 1000; ++i) {
        sum -= power(255) - kOne;
    }
    EXPECT_EQ(sum, Int256());
    const Int256 a = random_int256(random);
    EXPECT_EQ(a - a, Int256());
    EXPECT_EQ(-a + a, Int256());
}

TEST(Int256Test, FitsAsManyBitsAsItHas) {
    for (int bits = 1; bits <= 128; ++bits) {
        const Int256 limit = power(bits - 1);
        EXPECT_TRUE((limit - kOne).fits(bits)) << bits;
        EXPECT_FALSE(limit.fits(bits)) << bits;
        EXPECT_TRUE((-limit).fits(bits)) << bits;
        EXPECT_FALSE((-limit - kOne).fits(bits)) << bits;
    }
}

TEST(Int256Test, BecomesTheNearestDouble) {
    std::mt19937_64 random(5);
    for (int i = 0; i < 100'000; ++i) {
        const Int128 a = random_int128(random);
        ASSERT_EQ(to_double(Int256(a)), static_cast<double>(a));
        ASSERT_EQ(nearest_double(a), static_cast<double>(a));
        // Scaled up it rounds in the same place.
        const int shift = static_cast<int>(random() % 128);
        ASSERT_EQ(to_double(Int256(a) * power(shift)), std::ldexp(static_cast<double>(a), shift));
    }
    EXPECT_EQ(to_double(Int256()), 0.0);
    EXPECT_EQ(to_double(-power(255)), -0x1p255);
}

TEST(Int256Test, RoundsAsTheCompilerDoesAroundEveryTie) {
    // Values are taken apart into two doubles, whose sum must be rounded once: near a tie, twice would show.
    std::mt19937_64 random(6);
    for (int shift = 1; shift < 74; ++shift) {
        for (int i = 0; i < 500; ++i) {
            const auto mantissa = static_cast<std::int64_t>(random() >> 11 | std::uint64_t{1} << 52);
            const Int128 half = Int128{1} << (shift - 1);
            const Int128 off = i % 5 == 0 ? 0 : static_cast<Int128>(random() >> random() % 64);
            for (const Int128 sign : {-1, 1}) {
                const Int128 value = sign * ((Int128{mantissa} << shift) + half) + (i % 2 == 0 ? off : -off);
                ASSERT_EQ(nearest_double(value), static_cast<double>(value)) << shift;
                ASSERT_EQ(to_double(Int256(value) * power(90)), std::ldexp(static_cast<double>(value), 90)) << shift;
            }
        }
    }
}

TEST(Int256Test, TiesGoToTheEvenNeighbourAndTheLastBitBreaksThem) {
    for (const int k : {54, 63, 64, 65, 100, 127, 128, 191, 192, 193, 253}) {
        const Int256 half = power(k - 53);
        EXPECT_EQ(to_double(power(k) + half), std::ldexp(1.0, k)) << k;
        EXPECT_EQ(to_double(power(k) + half + half + half), std::ldexp(1.0 + 0x1p-51, k)) << k;
        if (k > 54) {
            EXPECT_EQ(to_double(power(k) + half + kOne), std::ldexp(1.0 + 0x1p-52, k)) << k;
            EXPECT_EQ(to_double(-(power(k) + half + kOne)), -std::ldexp(1.0 + 0x1p-52, k)) << k;
            EXPECT_EQ(to_double(power(k) + half - kOne), std::ldexp(1.0, k)) << k;
        }
    }
}

}  // namespace
}  // namespace foxml
