// Window extremes from the sparse table are those of a plain scan, and of equal ones the latest counts.
#include "features/extrema.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

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
    requirements.extremum_window = {longest, longest, longest, longest};
    requirements.extremum_rows = {longest + 5, longest + 5, longest + 5, longest + 5};
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

}  // namespace
}  // namespace foxml::features
