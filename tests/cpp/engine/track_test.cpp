// After a corporate action a symbol stands as if it had never known other terms; batch and stream are one loop.
#include "engine/track.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "engine/batch.hpp"
#include "engine/refused_bar.hpp"
#include "market.hpp"

namespace foxml::engine {
namespace {

std::vector<std::uint64_t> row_of(const Track& track, std::size_t width) {
    std::vector<double> row(width);
    track.write_row(row.data());
    std::vector<std::uint64_t> bits;
    for (const double cell : row) {
        bits.push_back(std::bit_cast<std::uint64_t>(cell));
    }
    return bits;
}

features::Bar on_terms(features::Bar bar, double price_factor, double volume_factor) {
    for (double* price : {&bar.open, &bar.high, &bar.low, &bar.close}) {
        *price *= price_factor;
    }
    bar.volume *= volume_factor;
    return bar;
}

// A dividend whose factor is no round number, then a split: rebuilt from the bars kept, equal to a start from the whole
// adjusted history.
TEST(TrackTest, AdjustEqualsAFreshStartFromAdjustedBars) {
    const auto plan = all_exact_plan();
    const auto bars = random_bars(1, 300);
    ASSERT_GE(plan->feature_count(), 50U);
    const double dividend = 1.0 - 0.37 / bars[149].close;
    Track track(plan, kScale);
    for (std::size_t t = 0; t < bars.size(); ++t) {
        if (t == 150) {
            track.adjust(dividend, 1.0);
        }
        if (t == 160) {
            track.adjust(0.25, 4.0);
        }
        track.update(bars[t]);
        Track fresh(plan, kScale);
        for (std::size_t s = 0; s <= t; ++s) {
            // Factors are multiplied with each other first, then once with the raw bar.
            const double price = (s < 150 && t >= 150 ? dividend : 1.0) * (s < 160 && t >= 160 ? 0.25 : 1.0);
            fresh.update(on_terms(bars[s], price, s < 160 && t >= 160 ? 4.0 : 1.0));
        }
        ASSERT_EQ(track.ready(), fresh.ready()) << t;
        ASSERT_EQ(row_of(track, plan->feature_count()), row_of(fresh, plan->feature_count())) << t;
    }
}

TEST(TrackTest, BadFactorsChangeNothing) {
    const auto bars = random_bars(2, 60);
    Track track(all_exact_plan(), kScale);
    for (const auto& bar : bars) {
        track.update(bar);
    }
    ByteWriter before;
    track.save(before);
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    for (const double bad : {0.0, -1.0, kInfinity, kNaN}) {
        EXPECT_THROW(track.adjust(bad, 1.0), InvalidInput) << bad;
        EXPECT_THROW(track.adjust(1.0, bad), InvalidInput) << bad;
    }
    EXPECT_THROW(track.adjust(1e-12, 1.0), InvalidInput);  // prices below the grid
    ByteWriter after;
    track.save(after);
    EXPECT_TRUE(std::equal(before.bytes().begin(), before.bytes().end(), after.bytes().begin(), after.bytes().end()));
}

struct Batch {
    std::vector<double> values;
    std::vector<std::uint8_t> ready;
};

Batch batch_of(const std::vector<features::Bar>& bars, const std::vector<Adjustment>& adjustments) {
    std::vector<std::int64_t> times[3];
    std::vector<double> ohlcv;
    for (const auto& bar : bars) {
        times[0].push_back(bar.close_ns);
        times[1].push_back(bar.session_open_ns);
        times[2].push_back(bar.session_close_ns);
        ohlcv.insert(ohlcv.end(), {bar.open, bar.high, bar.low, bar.close, bar.volume});
    }
    const auto plan = all_exact_plan();
    Batch found{std::vector<double>(bars.size() * plan->feature_count()), std::vector<std::uint8_t>(bars.size())};
    run_batch(plan, kScale, {bars.size(), times[0].data(), times[1].data(), times[2].data(), ohlcv.data()}, adjustments,
              found.values.data(), found.ready.data());
    return found;
}

TEST(BatchTest, EqualsTheStream) {
    const auto plan = all_exact_plan();
    const auto bars = random_bars(3, 200);
    const Batch found = batch_of(bars, {{70, 0.5, 2.0}, {70, 0.99, 1.0}, {130, 1.0 / 3.0, 3.0}});
    Track track(plan, kScale);
    std::size_t ready = 0;
    for (std::size_t t = 0; t < bars.size(); ++t) {
        if (t == 70) {
            track.adjust(0.5, 2.0);
            track.adjust(0.99, 1.0);
        }
        if (t == 130) {
            track.adjust(1.0 / 3.0, 3.0);
        }
        track.update(bars[t]);
        ASSERT_EQ(found.ready[t] != 0, track.ready());
        const auto expected = row_of(track, plan->feature_count());
        for (std::size_t f = 0; track.ready() && f < plan->feature_count(); ++f) {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(found.values[t * plan->feature_count() + f]), expected[f]);
        }
        ready += found.ready[t];
    }
    EXPECT_EQ(ready, bars.size() - static_cast<std::size_t>(plan->warmup_bars()));
}

TEST(BatchTest, NamesTheRowThatIsRefused) {
    auto bars = random_bars(4, 20);
    bars[13].volume = -1.0;
    try {
        (void)batch_of(bars, {});
        FAIL() << "not refused";
    } catch (const RefusedBar& error) {
        EXPECT_EQ(error.index(), 13);
        EXPECT_EQ(error.close_ns(), bars[13].close_ns);
    }
}

TEST(BatchTest, RefusesAdjustmentsOutOfPlace) {
    const auto bars = random_bars(4, 20);
    EXPECT_THROW((void)batch_of(bars, {{20, 0.5, 2.0}}), InvalidInput);
    EXPECT_THROW((void)batch_of(bars, {{9, 0.5, 2.0}, {8, 0.5, 2.0}}), InvalidInput);
    EXPECT_THROW((void)batch_of(bars, {{9, 0.0, 2.0}}), InvalidInput);
}

}  // namespace
}  // namespace foxml::engine
