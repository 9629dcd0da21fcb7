// Bars since an extreme that go on from the last bar are those of a search through the table.
#include "features/block_searches.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "features/extrema.hpp"
#include "features/operators.hpp"
#include "features/probe.hpp"

namespace foxml::features {
namespace {

TEST(BlockSearchesTest, EqualASearchInEveryLane) {
    Requirements requirements;
    const Probe probe(requirements, 5 * kMinuteNs);
    for (const int window : {1, 2, 15, 26, 240}) {
        (void)probe.since_high(window);
        (void)probe.since_low(window);
    }
    const Layout layout(requirements);
    BlockPool pool(BlockRings::bytes_of(layout));
    const BlockRings rings(layout, pool);
    std::vector<Extrema> lanes;
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        lanes.emplace_back(layout.extrema, Interleaved(rings.extrema, lane));
    }
    BlockSearches searches(layout);
    ASSERT_EQ(layout.searches.size(), 10U);
    std::mt19937_64 random(1);
    for (std::int64_t t = 0; t < 3000; ++t) {
        for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
            // Ties, long falls in which the extreme leaves its window, and rises.
            const auto drift = static_cast<std::int64_t>((static_cast<std::size_t>(t) / 300 + lane) % 3) - 1;
            const auto high = drift * t + static_cast<std::int64_t>(random() % 5);
            lanes[lane].push(t, {high, static_cast<std::int64_t>(random() % 4) - high, 0, 0});
        }
        if (t % 701 == 700) {
            continue;  // a bar that the searches do not see
        }
        ASSERT_EQ(searches.at(t), nullptr);
        searches.step(rings.extrema.data(), t);
        const BlockSearches::Numbers* const since = searches.at(t);
        ASSERT_NE(since, nullptr);
        for (std::size_t i = 0; i < layout.searches.size(); ++i) {
            const auto& [extremum, window] = layout.searches[i];
            for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
                ASSERT_EQ(since[i][lane], lanes[lane].bars_since(extremum, window))
                    << t << " " << window << " " << lane;
            }
        }
    }
    searches.forget();
    EXPECT_EQ(searches.at(2999), nullptr);
}

}  // namespace
}  // namespace foxml::features
