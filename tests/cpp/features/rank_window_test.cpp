// The rank of the newest is what longhand counting says, whichever instructions count.
#include "features/gauges/rank_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include "core/errors.hpp"

namespace foxml::features {
namespace {

void expect_counted(Isa isa) {
    std::mt19937_64 random(6);
    for (const int w : {1, 2, 3, 7, 8, 9, 16, 60, 240}) {
        RankWindow window(w, isa);
        std::vector<std::int64_t> all;
        for (int t = 0; t < 600; ++t) {
            // Many ties, then few, and the ends of the range.
            const auto value = t % 97 == 0   ? std::numeric_limits<std::int64_t>::max() - 1
                               : t % 89 == 0 ? 0
                                             : static_cast<std::int64_t>(random() % (t < 300 ? 5 : 1000));
            all.push_back(value);
            window.push(value);
            ASSERT_EQ(window.full(), std::ssize(all) >= w);
            if (!window.full()) {
                continue;
            }
            const auto below = std::count_if(all.end() - w, all.end(), [value](std::int64_t x) { return x < value; });
            const auto equal = std::count(all.end() - w, all.end(), value);
            ASSERT_EQ(window.twice_below(), static_cast<std::size_t>(2 * below + equal)) << w << " " << t;
        }
    }
}

TEST(RankWindowTest, CountsAsLonghand) {
    for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
        if (isa <= widest_isa()) {
            expect_counted(isa);
        }
    }
}

TEST(RankWindowTest, ARestoredOneGoesOnAndSaysNothingOfWhereItBegan) {
    RankWindow one(3);
    RankWindow other(3);
    other.push(99);
    for (const std::int64_t value : {5, 3, 8}) {
        one.push(value);
        other.push(value);
    }
    ByteWriter of_one;
    ByteWriter of_other;
    one.save(of_one);
    other.save(of_other);
    EXPECT_TRUE(std::ranges::equal(of_one.bytes(), of_other.bytes()));
    RankWindow restored(3);
    ByteReader reader(of_one.bytes());
    restored.load(reader);
    restored.push(4);
    EXPECT_EQ(restored.twice_below(), 3U);  // 3, 8, 4
}

TEST(RankWindowTest, ValuesThatCannotBeComparedAreRefused) {
    // The difference of a negative one and a large one has no room; the largest is what fills a window's last line.
    for (const std::int64_t value : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::max()}) {
        ByteWriter writer;
        writer.put(std::uint64_t{1});
        writer.put(value);
        RankWindow window(3);
        ByteReader reader(writer.bytes());
        EXPECT_THROW(window.load(reader), InvalidInput) << value;
    }
}

}  // namespace
}  // namespace foxml::features
