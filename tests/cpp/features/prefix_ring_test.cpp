// Window sums from the prefix ring are the plain sums of the window to the last bit, whatever has passed through.
#include "features/prefix_ring.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace foxml::features {
namespace {

constexpr int kLongest = 240;

Requirements all_columns() {
    Requirements requirements;
    requirements.column_rows.fill(kLongest);
    requirements.wide_rows.fill(kLongest);
    return requirements;
}

/// Any bits, now and then as large as they get.
Contributions random_contributions(std::mt19937_64& random) {
    Contributions contributions{};
    const auto shift = random() % 8 == 0 ? 0 : 24;
    for (std::int64_t& value : contributions.narrow) {
        value = static_cast<std::int64_t>(random()) >> (shift + 9);
    }
    for (Int128& value : contributions.wide) {
        value = product(static_cast<std::int64_t>(random()) >> (shift + 2), static_cast<std::int64_t>(random()) >> 9);
    }
    return contributions;
}

TEST(PrefixRingTest, EqualsThePlainSumOfTheWindow) {
    const PrefixLayout layout(all_columns());
    PrefixRing ring(layout);
    std::mt19937_64 random(1);
    std::vector<Contributions> history;
    for (int t = 0; t < 1500; ++t) {
        history.push_back(random_contributions(random));
        ring.push(t, history.back());
        const int window = 1 + static_cast<int>(random() % kLongest);
        const int lag = static_cast<int>(random() % static_cast<unsigned>(kLongest - window + 1));
        std::array<std::int64_t, kColumns> narrow{};
        std::array<Int128, kWideColumns> wide{};
        for (int i = std::max(0, t - lag - window + 1); i <= t - lag; ++i) {
            for (std::size_t c = 0; c < kColumns; ++c) {
                narrow[c] += history[static_cast<std::size_t>(i)].narrow[c];
            }
            for (std::size_t c = 0; c < kWideColumns; ++c) {
                wide[c] += history[static_cast<std::size_t>(i)].wide[c];
            }
        }
        for (std::size_t c = 0; c < kColumns; ++c) {
            ASSERT_EQ(ring.sum(static_cast<Column>(c), window, lag), narrow[c]) << t << " " << window << " " << lag;
        }
        for (std::size_t c = 0; c < kWideColumns; ++c) {
            ASSERT_TRUE(ring.sum(static_cast<WideColumn>(c), window, lag) == wide[c]) << t << " " << window;
        }
    }
}

TEST(PrefixRingTest, WrapsWithoutHarm) {
    // The prefix passes 2^63 and 2^64 many times; no window of two does.
    Requirements requirements;
    requirements.column_rows[static_cast<std::size_t>(Column::volume)] = 2;
    const PrefixLayout layout(requirements);
    PrefixRing ring(layout);
    Contributions contributions{};
    for (int t = 0; t < 100; ++t) {
        contributions.narrow[static_cast<std::size_t>(Column::volume)] = (std::int64_t{1} << 62) - t - 1;
        ring.push(t, contributions);
        if (t > 0) {
            ASSERT_EQ(ring.sum(Column::volume, 2, 0), (std::int64_t{1} << 62) - t + ((std::int64_t{1} << 62) - t - 1));
        }
    }
}

TEST(PrefixRingTest, KeepsOnlyTheColumnsThatAreRead) {
    Requirements requirements;
    requirements.column_rows[static_cast<std::size_t>(Column::close)] = 20;
    requirements.wide_rows[static_cast<std::size_t>(WideColumn::close_square)] = 31;
    const PrefixLayout layout(requirements);
    EXPECT_EQ(layout.stride(), 3U);
    EXPECT_EQ(PrefixRing(layout).bytes(), 32U * 3U * 8U);
}

TEST(PrefixRingTest, KeepsEachColumnAsLongAsItIsRead) {
    // A column that is read far back makes no other deeper, and each has the whole of its longest window.
    Requirements requirements;
    requirements.column_rows[static_cast<std::size_t>(Column::close)] = 200;
    requirements.column_rows[static_cast<std::size_t>(Column::volume)] = 1;
    requirements.column_rows[static_cast<std::size_t>(Column::range)] = 15;
    requirements.wide_rows[static_cast<std::size_t>(WideColumn::close_square)] = 16;
    const PrefixLayout layout(requirements);
    PrefixRing ring(layout);
    EXPECT_EQ(ring.bytes(), (256U + 2U + 16U + 2U * 32U) * 8U);
    Contributions contributions{};
    for (std::int64_t t = 0; t < 1000; ++t) {
        contributions.narrow[static_cast<std::size_t>(Column::close)] = t;
        contributions.narrow[static_cast<std::size_t>(Column::volume)] = 5 * t;
        contributions.narrow[static_cast<std::size_t>(Column::range)] = 7 * t;
        contributions.wide[static_cast<std::size_t>(WideColumn::close_square)] = product(t, std::int64_t{1} << 60);
        ring.push(t, contributions);
        const auto sum_of_last = [t](std::int64_t count) { return count * t - count * (count - 1) / 2; };
        if (t >= 200) {
            ASSERT_EQ(ring.sum(Column::close, 200, 0), sum_of_last(200));
            ASSERT_EQ(ring.sum(Column::volume, 1, 0), 5 * t);
            ASSERT_EQ(ring.sum(Column::range, 15, 0), 7 * sum_of_last(15));
            ASSERT_TRUE(ring.sum(WideColumn::close_square, 16, 0) == product(sum_of_last(16), std::int64_t{1} << 60));
        }
    }
}

#if FOXML_RECOMPUTES_SUMS
TEST(PrefixRingDeathTest, ASumThatIsNotThatOfItsWindowIsNoticed) {
    // The recomputation must be able to fail: a bar left out breaks the chain of prefixes.
    const auto skip_a_bar = [] {
        const PrefixLayout layout(all_columns());
        PrefixRing ring(layout);
        std::mt19937_64 random(1);
        for (int t = 0; t < 300; ++t) {
            if (t != 100) {
                ring.push(t, random_contributions(random));
            }
        }
    };
    EXPECT_DEATH(skip_a_bar(), "assertion failed: .*sum");
}
#endif

}  // namespace
}  // namespace foxml::features
