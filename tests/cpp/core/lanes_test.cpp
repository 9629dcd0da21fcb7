// Vectors of eight take the steps of the scalars: the same bits, lane by lane, for every instruction set of the
// machine.
#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "core/errors.hpp"
#include "core/int128.hpp"
#include "core/isa.hpp"
#include "core/numerics.hpp"
#include "lane_kernels.hpp"

namespace foxml {
namespace {

constexpr std::size_t kEight = 8;
using Reals = std::array<double, kEight>;
using Ints = std::array<std::int64_t, kEight>;
using Words = std::array<std::uint64_t, kEight>;

/// Numbers of every size and sign.
class Numbers {
   public:
    double real() {
        switch (random_() % 8) {
            case 0:
                return special_[random_() % special_.size()];
            case 1:
                return std::bit_cast<double>(random_());
            case 2:
                return 0.5 + static_cast<double>(random_() % 4'000'000) * 1e-6;
            default:
                return std::ldexp(static_cast<double>(static_cast<std::int64_t>(random_())),
                                  -static_cast<int>(random_() % 128));
        }
    }
    std::int64_t integer(int bits_max) {
        const auto bits = random_() % static_cast<unsigned>(bits_max) + 1;
        const auto value = static_cast<std::int64_t>(random_() & ((std::uint64_t{1} << bits) - 1));
        return random_() % 2 == 0 ? value : -value;
    }

   private:
    std::mt19937_64 random_{1};
    std::vector<double> special_{0.0,
                                 -0.0,
                                 1.0,
                                 -1.0,
                                 std::numeric_limits<double>::infinity(),
                                 -std::numeric_limits<double>::infinity(),
                                 std::numeric_limits<double>::quiet_NaN(),
                                 std::numeric_limits<double>::min(),
                                 std::numeric_limits<double>::denorm_min(),
                                 std::numeric_limits<double>::max(),
                                 0.5,
                                 1.5,
                                 2.5,
                                 -2.5,
                                 std::sqrt(0.5)};
};

bool same(double a, double b) {
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

struct Set {
    Isa isa;
    const test::LaneKernels* kernels;
};

class LanesTest : public testing::TestWithParam<Set> {
   protected:
    void SetUp() override {
        if (GetParam().isa > widest_isa()) {
            GTEST_SKIP() << "this machine has no " << name_of(GetParam().isa);
        }
    }
    const test::LaneKernels& kernels() { return *GetParam().kernels; }
    Numbers numbers_;
};

constexpr int kRounds = 40'000;

TEST_P(LanesTest, LogAndRootOfAnyDouble) {
    for (int round = 0; round < kRounds; ++round) {
        Reals x, logs, roots;
        for (double& value : x) {
            value = numbers_.real();
        }
        kernels().log(x.data(), logs.data());
        kernels().root(x.data(), roots.data());
        for (std::size_t i = 0; i < kEight; ++i) {
            ASSERT_TRUE(same(logs[i], log(x[i]))) << x[i];
            ASSERT_TRUE(same(roots[i], std::sqrt(x[i]))) << x[i];
        }
    }
}

TEST_P(LanesTest, ConversionsOfAnyInteger) {
    for (int round = 0; round < kRounds; ++round) {
        Ints x, back;
        Reals reals, to_round;
        for (std::size_t i = 0; i < kEight; ++i) {
            x[i] = numbers_.integer(63);
            to_round[i] =
                std::ldexp(static_cast<double>(numbers_.integer(62)), -static_cast<int>(numbers_.integer(6) & 63));
        }
        kernels().real(x.data(), reals.data());
        kernels().rounded(to_round.data(), back.data());
        for (std::size_t i = 0; i < kEight; ++i) {
            ASSERT_TRUE(same(reals[i], static_cast<double>(x[i]))) << x[i];
            ASSERT_EQ(back[i], round_half_even(to_round[i])) << to_round[i];
        }
    }
}

TEST_P(LanesTest, WideIntegersAreThoseOf128Bits) {
    for (int round = 0; round < kRounds; ++round) {
        Ints a, b;
        Words low, high, low_sum, high_sum;
        Reals reals;
        for (std::size_t i = 0; i < kEight; ++i) {
            a[i] = numbers_.integer(58);
            b[i] = numbers_.integer(58);
        }
        const int n = static_cast<int>(numbers_.integer(10) & 1023);
        const auto bits = [](Int128 value) {
            return std::pair{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64)};
        };
        kernels().product(a.data(), b.data(), n, low.data(), high.data(), reals.data());
        for (std::size_t i = 0; i < kEight; ++i) {
            const Int128 expected = n * product(a[i], b[i]);
            ASSERT_EQ(std::pair(low[i], high[i]), bits(expected)) << a[i] << " " << b[i];
            ASSERT_TRUE(same(reals[i], to_double(expected))) << a[i] << " " << b[i];
        }
        kernels().sums(a.data(), b.data(), low.data(), high.data(), low_sum.data(), high_sum.data());
        for (std::size_t i = 0; i < kEight; ++i) {
            ASSERT_EQ(std::pair(low[i], high[i]), bits(product(a[i], b[i]) - product(b[i], b[i])));
            ASSERT_EQ(std::pair(low_sum[i], high_sum[i]), bits(product(a[i], b[i]) + product(b[i], b[i])));
        }
    }
}

// What a lane has of its neighbours: sums that go on from lane to lane, carries among them.
TEST_P(LanesTest, RunningSumsOfNarrowAndWideIntegers) {
    for (int round = 0; round < kRounds / 4; ++round) {
        Ints a, b, sums;
        Words low, high;
        for (std::size_t i = 0; i < kEight; ++i) {
            a[i] = numbers_.integer(60);
            b[i] = numbers_.integer(60);
        }
        kernels().running(a.data(), b.data(), sums.data(), low.data(), high.data());
        std::int64_t sum = 0;
        Int128 wide = 0;
        for (std::size_t i = 0; i < kEight; ++i) {
            sum += a[i];
            wide += product(a[i], b[i]);
            ASSERT_EQ(sums[i], sum);
            ASSERT_EQ(low[i], static_cast<std::uint64_t>(wide));
            ASSERT_EQ(high[i], static_cast<std::uint64_t>(wide >> 64));
        }
    }
}

TEST_P(LanesTest, RowsBecomeColumns) {
    std::array<double, kEight * kEight> rows, columns;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        rows[i] = static_cast<double>(i);
    }
    kernels().transpose(rows.data(), columns.data());
    for (std::size_t i = 0; i < kEight; ++i) {
        for (std::size_t k = 0; k < kEight; ++k) {
            EXPECT_EQ(columns[i * kEight + k], rows[k * kEight + i]);
        }
    }
}

TEST_P(LanesTest, FloatsAreRoundedOnce) {
    for (int round = 0; round < kRounds; ++round) {
        Reals x;
        std::array<float, kEight> floats;
        for (double& value : x) {
            value = numbers_.real();
        }
        kernels().floats(x.data(), floats.data());
        for (std::size_t i = 0; i < kEight; ++i) {
            ASSERT_EQ(std::bit_cast<std::uint32_t>(floats[i]), std::bit_cast<std::uint32_t>(static_cast<float>(x[i])));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Sets, LanesTest,
                         testing::Values(Set{Isa::avx2, &test::kAvx2Kernels}, Set{Isa::avx512, &test::kAvx512Kernels}),
                         [](const auto& info) { return std::string(name_of(info.param.isa)); });

TEST(IsaTest, AForcedSetIsTakenOrRefusedByName) {
    EXPECT_EQ(isa_from(nullptr, Isa::avx2), Isa::avx2);
    EXPECT_EQ(isa_from("", Isa::avx512), Isa::avx512);
    EXPECT_EQ(isa_from("scalar", Isa::avx512), Isa::scalar);
    EXPECT_EQ(isa_from("avx2", Isa::avx512), Isa::avx2);
    EXPECT_THROW((void)isa_from("avx512", Isa::avx2), InvalidInput);
    EXPECT_THROW((void)isa_from("AVX2", Isa::avx512), InvalidInput);
}

TEST(WideTest, ADoubleOfAWideIntegerIsWithinAnUlp) {
    Numbers numbers;
    for (int round = 0; round < kRounds; ++round) {
        const Int128 value = product(numbers.integer(62), numbers.integer(62)) + numbers.integer(62);
        const long double exact = static_cast<long double>(value);
        const double found = to_double(value);
        ASSERT_LE(std::fabs(static_cast<long double>(found) - exact), std::fabs(exact) * 0x1p-52L) << found;
    }
}

}  // namespace
}  // namespace foxml
