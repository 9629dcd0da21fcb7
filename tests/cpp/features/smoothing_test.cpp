// Recursive averages follow their definition step by step: seed, then one multiplication and one addition a bar.
#include "features/smoothing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "core/errors.hpp"

namespace foxml::features {
namespace {

/// The definition, written down plainly.
class PlainAverage {
   public:
    PlainAverage(double alpha, int seed_inputs) : alpha_(alpha), seed_inputs_(seed_inputs) {}

    void update(double x) {
        ++count_;
        if (count_ <= seed_inputs_) {
            sum_ += x;
            value_ = sum_ / count_;
        } else {
            const double step = alpha_ * (x - value_);
            value_ = value_ + step;
        }
    }

    [[nodiscard]] double value() const { return value_; }

   private:
    double alpha_;
    int seed_inputs_;
    int count_ = 0;
    double sum_ = 0.0;
    double value_ = 0.0;
};

SeriesInputs random_inputs(std::mt19937_64& random) {
    std::lognormal_distribution<double> positive;
    SeriesInputs inputs{};
    for (double& value : inputs.values) {
        value = positive(random);
    }
    return inputs;
}

Smoothing ema(const Source& source, int length) { return {Forgetting::ema, source, static_cast<std::uint8_t>(length)}; }
Smoothing rma(const Source& source, int length) { return {Forgetting::rma, source, static_cast<std::uint8_t>(length)}; }

TEST(SmoothingTest, FollowsTheDefinition) {
    const Smoothing decay{Forgetting::decay, Series::return_square, 94};
    const KeptSmoothing smoothings[] = {{ema(Series::close, 12)},
                                        {ema(Series::close, 26)},
                                        {ema({Series::macd_line, 12, 26}, 9)},
                                        {rma(Series::true_range, 14)},
                                        {decay}};
    const SmoothingLayout layout(smoothings);
    Smoothings averages(layout);
    PlainAverage fast(2.0 / 13.0, 12);
    PlainAverage slow(2.0 / 27.0, 26);
    PlainAverage signal(0.2, 9);
    PlainAverage range(1.0 / 14.0, 14);
    PlainAverage variance(0.06, 1);
    std::mt19937_64 random(1);
    for (int t = 0; t < 500; ++t) {
        const SeriesInputs inputs = random_inputs(random);
        averages.update(t, t + 5, inputs);
        fast.update(inputs[Series::close]);
        slow.update(inputs[Series::close]);
        if (t >= 25) {  // the line exists once the slow average is seeded
            signal.update(fast.value() - slow.value());
        }
        if (t >= 1) {  // true ranges and returns need a bar before
            range.update(inputs[Series::true_range]);
            variance.update(inputs[Series::return_square]);
        }
        if (t >= 33) {
            ASSERT_EQ(averages.value(ema(Series::close, 12)), fast.value()) << t;
            ASSERT_EQ(averages.value(ema(Series::close, 26)), slow.value()) << t;
            ASSERT_EQ(averages.value(ema({Series::macd_line, 12, 26}, 9)), signal.value()) << t;
            ASSERT_EQ(averages.value(rma(Series::true_range, 14)), range.value()) << t;
            ASSERT_EQ(averages.value(decay), variance.value()) << t;
        }
    }
}

TEST(SmoothingTest, AnAverageOfAnAverageBeginsWhereThatOneIsSeeded) {
    const KeptSmoothing smoothings[] = {
        {ema(Series::change, 25)}, {ema({Series::change, 25}, 13)}, {ema({Series::change, 25, 13}, 7)}};
    const SmoothingLayout layout(smoothings);
    Smoothings averages(layout);
    PlainAverage first(2.0 / 26.0, 25);
    PlainAverage second(2.0 / 14.0, 13);
    PlainAverage third(2.0 / 8.0, 7);
    std::mt19937_64 random(2);
    for (int t = 0; t < 300; ++t) {
        const SeriesInputs inputs = random_inputs(random);
        averages.update(t, t + 5, inputs);
        if (t >= 1) {
            first.update(inputs[Series::change]);
        }
        if (t >= 25) {
            second.update(first.value());
        }
        if (t >= 37) {
            third.update(second.value());
        }
        if (t >= 43) {
            ASSERT_EQ(averages.value(ema({Series::change, 25}, 13)), second.value()) << t;
            ASSERT_EQ(averages.value(ema({Series::change, 25, 13}, 7)), third.value()) << t;
        }
    }
}

TEST(SmoothingTest, TheDirectionalIndexIsLeftOutWhereNothingHasMoved) {
    // 0 / 0 must not enter the average: it stays as it was.
    const Smoothing index = rma({Series::directional_index, 3}, 2);
    const KeptSmoothing smoothings[] = {{rma(Series::up_move, 3)}, {rma(Series::down_move, 3)}, {index}};
    const SmoothingLayout layout(smoothings);
    Smoothings averages(layout);
    PlainAverage up(1.0 / 3.0, 3);
    PlainAverage down(1.0 / 3.0, 3);
    double expected = 0.0;
    for (int t = 0; t < 12; ++t) {
        SeriesInputs inputs{};
        inputs[Series::up_move] = t == 7 || t == 9 ? 4.0 : 0.0;
        inputs[Series::down_move] = t == 8 ? 1.0 : 0.0;
        averages.update(t, t + 5, inputs);
        if (t >= 1) {
            up.update(inputs[Series::up_move]);
            down.update(inputs[Series::down_move]);
        }
        if (t >= 7) {  // 100 |4/3 - 0| / (4/3 + 0) is the first that is defined
            const double x = 100.0 * std::fabs(up.value() - down.value()) / (up.value() + down.value());
            expected += 0.5 * (x - expected);
        }
        ASSERT_EQ(averages.value(index), expected) << t;
    }
    EXPECT_GT(expected, 0.0);
}

TEST(SmoothingTest, KeepsThePastValuesThatAreAskedFor) {
    const Smoothing quick = ema(Series::close, 3);
    const Smoothing lagged = ema(Series::close, 20);
    const KeptSmoothing smoothings[] = {{quick}, {lagged, 6}};
    const SmoothingLayout layout(smoothings);
    EXPECT_EQ(layout.size(), 1U + 8U);
    Smoothings averages(layout);
    std::vector<double> past;
    std::mt19937_64 random(3);
    for (int t = 0; t < 100; ++t) {
        averages.update(t, t, random_inputs(random));
        past.push_back(averages.value(lagged));
        for (int lag = 0; lag <= std::min(t, 5); ++lag) {
            ASSERT_EQ(averages.value(lagged, lag), past[static_cast<std::size_t>(t - lag)]) << t << " " << lag;
        }
        ByteWriter writer;
        averages.save(writer);
        Smoothings restored(layout);
        ByteReader reader(writer.bytes());
        restored.load(reader, t + 1);
        ASSERT_EQ(restored.value(lagged, 5), averages.value(lagged, 5)) << t;
        ASSERT_EQ(restored.value(quick), averages.value(quick)) << t;
    }
}

TEST(SmoothingTest, ManyAveragesDoNotMixUpTheirPlaces) {
    // The table is searched for when a layout is made: every key must come out at its own place.
    std::vector<KeptSmoothing> smoothings;
    for (int length = 1; length <= 255; ++length) {
        for (const Series series : {Series::close, Series::gain, Series::force}) {
            smoothings.push_back({ema(series, length)});
            smoothings.push_back({rma(series, length)});
        }
    }
    const SmoothingLayout layout(smoothings);
    std::set<std::uint32_t> offsets;
    for (const auto& slot : layout.slots()) {
        EXPECT_EQ(layout.place(slot.smoothing).offset, slot.place.offset);
        offsets.insert(slot.place.offset);
    }
    EXPECT_EQ(offsets.size(), smoothings.size());
}

TEST(SmoothingTest, WarmUpCountsFromTheFirstValidInput) {
    // 22 n for an ema, 45 n for Wilder's, 34 n and 50 n of what jumps, longer for a decay, whose seed is one return; an
    // average of averages after those.
    EXPECT_EQ(ema(Series::close, 12).warmup_bars(), 264);
    EXPECT_EQ(rma(Series::true_range, 14).warmup_bars(), 1 + 630);
    EXPECT_EQ(ema({Series::macd_line, 12, 26}, 9).warmup_bars(), 572 + 198);
    EXPECT_EQ(ema({Series::macd_line, 30, 26}, 9).warmup_bars(), 660 + 198);
    EXPECT_EQ(ema({Series::close, 20, 20}, 20).warmup_bars(), 3 * 440);
    EXPECT_EQ(rma({Series::directional_index, 14}, 14).warmup_bars(), 1 + 2 * 630);
    EXPECT_EQ(ema(Series::force, 13).warmup_bars(), 1 + 442);
    EXPECT_EQ(rma(Series::gain, 14).warmup_bars(), 1 + 700);
    EXPECT_EQ(ema({Series::change, 25}, 13).warmup_bars(), 1 + 850 + 286);
    EXPECT_EQ((Smoothing{Forgetting::decay, Series::return_square, 94}).warmup_bars(), 1 + 809);
}

TEST(SmoothingTest, RefusesASnapshotThatIsNotFinite) {
    const KeptSmoothing smoothings[] = {{ema(Series::close, 12)}};
    const SmoothingLayout layout(smoothings);
    Smoothings averages(layout);
    ByteWriter writer;
    writer.put(std::nan(""));
    ByteReader reader(writer.bytes());
    EXPECT_THROW(averages.load(reader, 1), InvalidInput);
}

}  // namespace
}  // namespace foxml::features
