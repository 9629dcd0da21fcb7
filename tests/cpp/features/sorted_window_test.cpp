// A sorted window is a sorted copy of the last values, after each of them.
#include "features/gauges/sorted_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "core/errors.hpp"

namespace foxml::features {
namespace {

void expect_a_sorted_copy(Isa isa) {
    std::mt19937_64 random(5);
    for (const int w : {1, 2, 3, 7, 8, 9, 60, 240, 520}) {
        SortedWindow window(w, isa);
        std::vector<std::int64_t> all;
        for (int t = 0; t < 600; ++t) {
            // Many ties, then few, and the ends of the range.
            const auto value = t % 97 == 0 ? std::numeric_limits<std::int64_t>::max()
                                           : static_cast<std::int64_t>(random() % (t < 300 ? 5 : 1000)) - 2;
            all.push_back(value);
            window.push(value);
            std::vector<std::int64_t> sorted(all.end() - std::min<std::ptrdiff_t>(w, std::ssize(all)), all.end());
            std::sort(sorted.begin(), sorted.end());
            ASSERT_EQ(window.size(), sorted.size());
            ASSERT_EQ(window.full(), std::ssize(all) >= w);
            for (std::size_t i = 0; i < sorted.size(); ++i) {
                ASSERT_EQ(window[i], sorted[i]) << w << " " << t;
            }
        }
    }
}

TEST(SortedWindowTest, EqualsASortedCopy) {
    for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
        if (isa <= widest_isa()) {
            expect_a_sorted_copy(isa);
        }
    }
}

TEST(SortedWindowTest, ASnapshotSaysNothingOfWhereItBegan) {
    // Two windows of the same values have the same bytes, and a restored one goes on as the first.
    SortedWindow one(4);
    SortedWindow other(4);
    other.push(99);
    for (const std::int64_t value : {5, 3, 8, 3}) {
        one.push(value);
        other.push(value);
    }
    ByteWriter of_one;
    ByteWriter of_other;
    one.save(of_one);
    other.save(of_other);
    EXPECT_TRUE(std::ranges::equal(of_one.bytes(), of_other.bytes()));
    SortedWindow restored(4);
    restored.push(1);
    ByteReader reader(of_one.bytes());
    restored.load(reader);
    restored.push(4);
    other.push(4);
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(restored[i], other[i]);
    }
}

TEST(SortedWindowTest, NothingIsLeftAfterAReset) {
    // What was there would leave in place of nothing, or stand among the values of a new history.
    for (const Isa isa : {Isa::scalar, widest_isa()}) {
        SortedWindow window(3, isa);
        for (const std::int64_t value : {5, 1, 9, 4}) {
            window.push(value);
        }
        window.reset();
        for (const std::int64_t value : {6, 2, 4}) {
            window.push(value);
        }
        EXPECT_EQ(window[0], 2);
        EXPECT_EQ(window[1], 4);
        EXPECT_EQ(window[2], 6);
    }
}

TEST(SortedWindowTest, MoreValuesThanItHoldsAreRefused) {
    SortedWindow wide(5);
    for (int i = 0; i < 5; ++i) {
        wide.push(i);
    }
    ByteWriter writer;
    wide.save(writer);
    SortedWindow narrow(4);
    ByteReader reader(writer.bytes());
    EXPECT_THROW(narrow.load(reader), InvalidInput);
}

}  // namespace
}  // namespace foxml::features
