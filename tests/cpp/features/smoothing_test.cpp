// Recursive averages follow their definition step by step: seed, then one multiplication and one addition a bar.
#include "features/smoothing.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

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

TEST(SmoothingTest, FollowsTheDefinition) {
    const Smoothing smoothings[] = {{Forgetting::ema, Series::close, 12},
                                    {Forgetting::ema, Series::close, 26},
                                    {Forgetting::ema, Series::macd_line, 9},
                                    {Forgetting::rma, Series::true_range, 14},
                                    {Forgetting::decay, Series::return_square, 94}};
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
        averages.update(t, inputs);
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
            ASSERT_EQ(averages.value(Forgetting::ema, Series::close, 12), fast.value()) << t;
            ASSERT_EQ(averages.value(Forgetting::ema, Series::close, 26), slow.value()) << t;
            ASSERT_EQ(averages.value(Forgetting::ema, Series::macd_line, 9), signal.value()) << t;
            ASSERT_EQ(averages.value(Forgetting::rma, Series::true_range, 14), range.value()) << t;
            ASSERT_EQ(averages.value(Forgetting::decay, Series::return_square, 94), variance.value()) << t;
        }
    }
}

TEST(SmoothingTest, WarmUpCountsFromTheFirstValidInput) {
    // 22 n for an ema, 45 n for Wilder's, longer for a decay, whose seed is one return; the signal after the
    // line.
    EXPECT_EQ((Smoothing{Forgetting::ema, Series::close, 12}).warmup_bars(), 264);
    EXPECT_EQ((Smoothing{Forgetting::rma, Series::true_range, 14}).warmup_bars(), 1 + 630);
    EXPECT_EQ((Smoothing{Forgetting::ema, Series::macd_line, 9}).warmup_bars(), 572 + 198);
    EXPECT_EQ((Smoothing{Forgetting::decay, Series::return_square, 94}).warmup_bars(), 1 + 809);
}

TEST(SmoothingTest, RefusesASnapshotThatIsNotFinite) {
    const Smoothing smoothings[] = {{Forgetting::ema, Series::close, 12}};
    const SmoothingLayout layout(smoothings);
    Smoothings averages(layout);
    ByteWriter writer;
    writer.put(std::nan(""));
    ByteReader reader(writer.bytes());
    EXPECT_THROW(averages.load(reader), InvalidInput);
}

}  // namespace
}  // namespace foxml::features
