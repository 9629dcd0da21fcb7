// Window extremes from the sparse table are those of a plain scan, and of equal ones the latest counts.
#include "features/extrema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>
#include <vector>

#include "features/probe.hpp"

namespace foxml::features {
namespace {

struct Scanned {
    std::int64_t maximum;
    int since;
};

Scanned scan(const std::vector<std::int64_t>& values, int window, int lag) {
    const auto end = std::ssize(values) - lag;
    Scanned found{values[static_cast<std::size_t>(end - 1)], 0};
    for (int since = 1; since < window; ++since) {
        const std::int64_t value = values[static_cast<std::size_t>(end - 1 - since)];
        if (value > found.maximum) {
            found = {value, since};
        }
    }
    return found;
}

class ExtremaTest : public testing::TestWithParam<int> {};

TEST_P(ExtremaTest, EqualsAScanOfTheWindow) {
    const int longest = GetParam();
    Requirements requirements;
    for (auto& rows : requirements.extremum_rows) {
        std::fill_n(rows.begin(), std::bit_width(static_cast<unsigned>(longest)), longest + 5);
    }
    const ExtremaLayout layout(requirements);
    Extrema extrema(layout);
    std::mt19937_64 random(static_cast<std::uint64_t>(longest));
    std::vector<std::int64_t> highs;
    std::vector<std::int64_t> lows;
    for (int t = 0; t < 1200; ++t) {
        // Few values: ties everywhere. Now and then a stretch of one value.
        const bool flat = (t / 50) % 4 == 0;
        highs.push_back(flat ? 7 : static_cast<std::int64_t>(random() % 9));
        lows.push_back(flat ? -7 : static_cast<std::int64_t>(random() % 100) - 100);
        extrema.push(t, {highs.back(), lows.back(), highs.back(), lows.back()});
        const int window = 1 + static_cast<int>(random() % static_cast<unsigned>(longest));
        const int lag = static_cast<int>(random() % 6);
        if (t + 1 < window + lag) {
            continue;
        }
        ASSERT_EQ(extrema.maximum(Extremum::high, window, lag), scan(highs, window, lag).maximum) << t;
        ASSERT_EQ(extrema.maximum(Extremum::low, window, lag), scan(lows, window, lag).maximum) << t;
        ASSERT_EQ(extrema.maximum(Extremum::high_close, window, lag), scan(highs, window, lag).maximum) << t;
        ASSERT_EQ(extrema.maximum(Extremum::low_close, window, lag), scan(lows, window, lag).maximum) << t;
        ASSERT_EQ(extrema.bars_since(Extremum::high, window), scan(highs, window, 0).since) << t << " " << window;
        ASSERT_EQ(extrema.bars_since(Extremum::low, window), scan(lows, window, 0).since) << t << " " << window;
    }
}

// Below, at and above powers of two: the two overlapping blocks meet, coincide, or nearly do.
INSTANTIATE_TEST_SUITE_P(Windows, ExtremaTest, testing::Values(1, 2, 3, 15, 16, 17, 63, 64, 240));

TEST(ExtremaLayoutTest, EachLevelIsKeptAsLongAsItIsRead) {
    // What a probe has seen is enough for those very windows, and a deep one makes no other deeper.
    Requirements requirements;
    const Probe probe(requirements, 5 * kMinuteNs);
    (void)probe.high(240);
    (void)probe.high(20, 3);
    (void)probe.since_low(25);
    const ExtremaLayout layout(requirements);
    Extrema extrema(layout);
    std::mt19937_64 random(1);
    std::vector<std::int64_t> highs;
    std::vector<std::int64_t> lows;
    for (int t = 0; t < 1200; ++t) {
        highs.push_back(static_cast<std::int64_t>(random() % 50));
        lows.push_back(-static_cast<std::int64_t>(random() % 50));
        extrema.push(t, {highs.back(), lows.back(), 0, 0});
        if (t >= 240) {
            ASSERT_EQ(extrema.maximum(Extremum::high, 240, 0), scan(highs, 240, 0).maximum) << t;
            ASSERT_EQ(extrema.maximum(Extremum::high, 20, 3), scan(highs, 20, 3).maximum) << t;
            ASSERT_EQ(extrema.maximum(Extremum::low, 25, 0), scan(lows, 25, 0).maximum) << t;
            ASSERT_EQ(extrema.bars_since(Extremum::low, 25), scan(lows, 25, 0).since) << t;
        }
    }
    EXPECT_EQ(layout.rows().rows_kept(layout.word(Extremum::high, 7)), 113U);  // 240 - 2^7, and the last
    EXPECT_EQ(layout.rows().rows_kept(layout.word(Extremum::high, 6)), 65U);   // for level 7
    EXPECT_EQ(layout.rows().rows_kept(layout.word(Extremum::high, 0)), 2U);
    EXPECT_EQ(layout.rows().rows_kept(layout.word(Extremum::low, 0)), 25U);
    EXPECT_EQ(layout.stride(), 8U + 5U);
}

}  // namespace
}  // namespace foxml::features
