// Words that are kept for different times never lie on each other, and each is kept as long as was asked.
#include "features/row_layout.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace foxml::features {
namespace {

TEST(RowLayoutTest, EveryRowKeptHasAPlaceOfItsOwn) {
    const std::vector<std::size_t> kept{391, 256, 61, 60, 33, 2, 1};
    const RowLayout layout(kept);
    ASSERT_EQ(layout.stride(), kept.size());
    EXPECT_EQ(layout.rows_kept(), 391U);
    EXPECT_EQ(layout.size(), 512U + 256U + 3U * 64U + 2U + 1U);
    for (const std::int64_t last : {0, 1, 63, 1000, 1'000'000'007}) {
        std::set<std::size_t> places;
        std::size_t rows = 0;
        for (std::size_t word = 0; word < kept.size(); ++word) {
            ASSERT_EQ(layout.rows_kept(word), kept[word]);
            for (std::size_t lag = 0; lag < kept[word]; ++lag, ++rows) {
                const std::size_t place = layout.at(word, last - static_cast<std::int64_t>(lag));
                ASSERT_LT(place, layout.size());
                places.insert(place);
            }
        }
        EXPECT_EQ(places.size(), rows) << last;
    }
}

TEST(RowLayoutTest, WordsOfARingFollowEachOther) {
    // The two halves of a wide number are read as neighbours.
    const RowLayout layout(std::vector<std::size_t>{100, 60, 60, 34, 34});
    for (const std::int64_t place : {0, 1, 63, 64, 1001}) {
        for (std::size_t word = 1; word < 4; ++word) {
            EXPECT_EQ(layout.at(word + 1, place), layout.at(word, place) + 1) << place;
        }
    }
}

}  // namespace
}  // namespace foxml::features
