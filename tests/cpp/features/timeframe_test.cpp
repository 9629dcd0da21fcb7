// Bars of a higher timeframe are those of a plain grouping of the past, complete when they may be known and not before.
#include "features/timeframe.hpp"

#include <gtest/gtest.h>

#include <map>

#include "walks.hpp"

namespace foxml::features {
namespace {

/// Groups all bars by bucket, then keeps what is complete at the last one: the plain twin.
std::vector<IntegerBar> completed(const std::vector<IntegerBar>& bars, std::int64_t length_ns,
                                  std::int64_t interval_ns) {
    std::map<std::int64_t, IntegerBar> buckets;
    for (const IntegerBar& bar : bars) {
        const std::int64_t start =
            bar.session_open_ns + (bar.close_ns - bar.session_open_ns - 1) / length_ns * length_ns;
        const auto [place, first] = buckets.try_emplace(start, bar);
        if (!first) {
            IntegerBar& bucket = place->second;
            bucket.close_ns = bar.close_ns;
            bucket.high = std::max(bucket.high, bar.high);
            bucket.low = std::min(bucket.low, bar.low);
            bucket.close = bar.close;
            bucket.volume += bar.volume;
        }
    }
    std::vector<IntegerBar> result;
    for (auto& [start, bucket] : buckets) {
        bucket.benchmark_bits = 0;  // a move of the base interval alone
        const bool cut_off =
            result.empty() && start == buckets.begin()->first && bars.front().close_ns - interval_ns > start;
        const std::int64_t end = std::min(start + length_ns, bucket.session_close_ns);
        if (!cut_off && (bars.back().close_ns >= end || start != buckets.rbegin()->first)) {
            result.push_back(bucket);
        }
    }
    return result;
}

struct Case {
    std::int64_t interval_ns;
    int minutes;
    double missing;
    int skip;
};

class TimeframeTest : public testing::TestWithParam<Case> {};

TEST_P(TimeframeTest, EqualsAPlainGroupingOfThePast) {
    const auto [interval_ns, minutes, missing, skip] = GetParam();
    const Layout layout{Requirements{}};
    Timeframe timeframe(minutes, layout, interval_ns, Scale{0.01, 1.0});
    std::vector<IntegerBar> seen;
    std::ptrdiff_t before = 0;
    for (const Bar& bar :
         test::random_bars({.interval_ns = interval_ns, .bars = 900, .seed = 3, .missing = missing, .skip = skip})) {
        seen.push_back(to_integers(bar, test::kCents));
        const bool changed = timeframe.update(seen.back());
        const auto expected = completed(seen, minutes * kMinuteNs, interval_ns);
        ASSERT_EQ(changed, std::ssize(expected) != before) << seen.size();
        before = std::ssize(expected);
        ASSERT_EQ(timeframe.operators().bars_seen(), std::ssize(expected)) << seen.size();
        if (!expected.empty()) {
            ASSERT_EQ(timeframe.operators().bar(), expected.back()) << seen.size();
        }
    }
    EXPECT_GT(timeframe.operators().bars_seen(), 10);
}

// Full and thin histories, from a bucket's first bar and from its middle; 60 minutes leave half an hour at the end.
INSTANTIATE_TEST_SUITE_P(Buckets, TimeframeTest,
                         testing::Values(Case{5 * kMinuteNs, 15, 0.0, 0}, Case{5 * kMinuteNs, 15, 0.0, 1},
                                         Case{5 * kMinuteNs, 15, 0.6, 4}, Case{5 * kMinuteNs, 60, 0.5, 0},
                                         Case{15 * kMinuteNs, 60, 0.0, 25}, Case{15 * kMinuteNs, 60, 0.7, 3},
                                         Case{kMinuteNs, 15, 0.9, 7}));

}  // namespace
}  // namespace foxml::features
