// A group is what adding its parts one after the other gives, to the bit; sums must not be reordered.
#include "bars/groups.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace foxml::bars {
namespace {

TEST(GroupsTest, PartsAreAddedInTheirOrder) {
    std::mt19937_64 random(3);
    std::uniform_real_distribution<double> any(0.1, 1e9);
    const std::size_t n = 1'000;
    std::vector<double> ohlcv(5 * n), vwap(n);
    std::vector<std::int64_t> trades(n), first{0};
    for (double& value : ohlcv) {
        value = any(random);
    }
    for (std::size_t i = 0; i < n; ++i) {
        vwap[i] = any(random);
        trades[i] = static_cast<std::int64_t>(random() % 1'000);
        if (i > 0 && random() % 7 == 0) {
            first.push_back(static_cast<std::int64_t>(i));
        }
    }
    std::vector<double> made(5 * first.size()), made_vwap(first.size());
    std::vector<std::int64_t> made_trades(first.size());
    const double* const at = ohlcv.data();
    group_parts({n, at, at + 1, at + 2, at + 3, at + 4, 5, vwap.data(), trades.data()}, first,
                {made.data(), made_vwap.data(), made_trades.data()});
    for (std::size_t g = 0; g < first.size(); ++g) {
        const auto begin = static_cast<std::size_t>(first[g]);
        const std::size_t end = g + 1 < first.size() ? static_cast<std::size_t>(first[g + 1]) : n;
        double high = ohlcv[5 * begin + 1], low = ohlcv[5 * begin + 2], volume = 0.0, value = 0.0;
        std::int64_t count = 0;
        for (std::size_t i = begin; i < end; ++i) {
            high = std::max(high, ohlcv[5 * i + 1]);
            low = std::min(low, ohlcv[5 * i + 2]);
            volume += ohlcv[5 * i + 4];
            value += vwap[i] * ohlcv[5 * i + 4];
            count += trades[i];
        }
        const std::vector<double> expected{ohlcv[5 * begin], high, low, ohlcv[5 * (end - 1) + 3], volume};
        ASSERT_TRUE(std::equal(expected.begin(), expected.end(), made.begin() + static_cast<std::ptrdiff_t>(5 * g)));
        ASSERT_EQ(std::bit_cast<std::uint64_t>(made_vwap[g]), std::bit_cast<std::uint64_t>(value / volume));
        ASSERT_EQ(made_trades[g], count);
    }
}

TEST(GroupsTest, AVwapWithoutSharesIsNotANumber) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const std::vector<double> price{1, 2, 3, 4, 5}, shares{0, 0, 0, 10, 5}, vwap{kNaN, 7, kNaN, 4, kNaN};
    const std::vector<std::int64_t> first{0, 2, 4};
    std::vector<double> made(15), made_vwap(3);
    const double* const at = price.data();
    group_parts({5, at, at, at, at, shares.data(), 1, vwap.data(), nullptr}, first,
                {made.data(), made_vwap.data(), nullptr});
    EXPECT_TRUE(std::isnan(made_vwap[0]));  // nothing was traded
    EXPECT_EQ(made_vwap[1], 4.0);           // what zero shares cost does not count
    EXPECT_TRUE(std::isnan(made_vwap[2]));  // of shares that were traded the price is not known
}

TEST(GroupsTest, NoPartsAreNoGroups) {
    group_parts({}, {}, {});
    EXPECT_DEATH(group_parts({}, std::vector<std::int64_t>{0}, {}), "count");
}

}  // namespace
}  // namespace foxml::bars
