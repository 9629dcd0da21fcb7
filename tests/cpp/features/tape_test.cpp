// A history taken a stretch at a time has the rows and leaves the state of one taken bar by bar, to the bit, on every
// path of instructions.
#include "features/tape.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "walks.hpp"

namespace foxml::features {
namespace {

using test::random_bars;
using test::Walk;

using Floats = std::vector<float>;
constexpr Scale kScale{0.01, 0.5};

std::vector<Isa> wide_isas() {
    std::vector<Isa> isas{Isa::avx2, Isa::avx512};
    std::erase_if(isas, [](Isa isa) { return isa > widest_isa(); });
    return isas;
}

std::string bytes_of(const SymbolState& state) {
    ByteWriter writer;
    state.save(writer);
    const auto bytes = writer.bytes();
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

/// A state on a tape and, beside it, one that takes each bar by itself.
class Twins {
   public:
    Twins(const std::shared_ptr<const Plan>& plan, Isa isa, std::vector<Bar> bars)
        : plan_(plan), tape_(plan, isa), state_(plan, kScale), alone_(plan, kScale), bars_(std::move(bars)) {}

    [[nodiscard]] std::size_t left() const { return bars_.size() - next_; }
    [[nodiscard]] bool can_begin() const { return tape_.can_begin(state_); }
    void begin() { tape_.begin(state_); }

    /// Both take bars by themselves.
    void stream(std::size_t count) {
        for (; count > 0; --count) {
            state_.update(bars_[next_]);
            alone_.update(bars_[next_++]);
        }
    }

    /// The cells of a stretch that differ, by name. Of rows that are not ready nothing is asked.
    [[nodiscard]] std::vector<std::string> differing(std::size_t count, bool whole = false) {
        const std::size_t width = plan_->feature_count();
        Floats expected;
        std::size_t cold = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const Bar& bar = bars_[next_++];
            tape_.room()[i] = to_integers(bar, kScale);
            alone_.update(bar);
            cold += alone_.ready() ? 0 : 1;
            expected.resize(expected.size() + width);
            alone_.write_row(expected.data() + i * width);
        }
        tape_.take(state_, count, whole ? tape_.rows_kept() : 0);
        Floats rows(count * width);
        if (cold < count) {
            tape_.write_rows(cold, count - cold, rows.data() + cold * width, next_ % 2 == 0);
        }
        std::vector<std::string> found;
        for (std::size_t i = cold * width; i < rows.size(); ++i) {
            if (std::bit_cast<std::uint32_t>(rows[i]) != std::bit_cast<std::uint32_t>(expected[i])) {
                found.push_back(plan_->names()[i % width] + " of bar " + std::to_string(i / width));
            }
        }
        compared_ += count - cold;
        return found;
    }

    /// The rings of a state on a tape count for nothing unless they were kept whole.
    [[nodiscard]] bool states_equal() const { return bytes_of(state_) == bytes_of(alone_); }
    [[nodiscard]] std::size_t compared() const { return compared_; }

   private:
    std::shared_ptr<const Plan> plan_;
    Tape tape_;
    SymbolState state_;
    SymbolState alone_;
    std::vector<Bar> bars_;
    std::size_t next_ = 0;
    std::size_t compared_ = 0;
};

Walk rough_walk(std::int64_t interval_ns, int bars) {
    return {.interval_ns = interval_ns,
            .bars = bars,
            .seed = 11,
            .missing = 0.02,
            .flat = 0.01,
            .quiet = 0.05,
            .no_benchmark = 0.002};
}

class TapeTest : public testing::TestWithParam<std::int64_t> {};

INSTANTIATE_TEST_SUITE_P(Intervals, TapeTest, testing::ValuesIn(test::kIntervals));

// All features, gauges, sessions and higher timeframes among them, through stretches whose ends fall everywhere within
// a vector and on both sides of the longest.
TEST_P(TapeTest, StretchesHaveTheRowsOfSingleBars) {
    const auto plan = test::plan_on(GetParam());
    const auto bars = random_bars(rough_walk(GetParam(), static_cast<int>(plan->warmup_bars()) + 700));
    for (const Isa isa : wide_isas()) {
        Twins twins(plan, isa, bars);
        twins.stream(static_cast<std::size_t>(plan->warmup_bars()) - 20);
        ASSERT_TRUE(twins.can_begin());
        twins.begin();
        for (const std::size_t count : {std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{9}, std::size_t{25},
                                        Tape::kBars - 1, Tape::kBars}) {
            EXPECT_EQ(twins.differing(count), std::vector<std::string>{}) << name_of(isa) << ", " << count << " bars";
        }
        EXPECT_EQ(twins.differing(twins.left()), std::vector<std::string>{}) << name_of(isa);
        EXPECT_GT(twins.compared(), 600U);
    }
}

// From the first bar on which every average has its seed: the words of the rings before the first bar are read too.
TEST_P(TapeTest, BeginsAsSoonAsItCan) {
    std::vector<std::string> names = test::names_on(GetParam());
    std::erase_if(names, [](const std::string& name) { return warmup_bars(*find(name), GetParam()) > 300; });
    const auto plan = std::make_shared<const Plan>(names, GetParam());
    for (const Isa isa : wide_isas()) {
        Twins twins(plan, isa, random_bars(rough_walk(GetParam(), 1000)));
        EXPECT_FALSE(twins.can_begin());
        while (!twins.can_begin()) {
            twins.stream(1);
        }
        twins.begin();
        while (twins.left() > 0) {
            EXPECT_EQ(twins.differing(std::min<std::size_t>(twins.left(), 100)), std::vector<std::string>{});
        }
        EXPECT_GT(twins.compared(), 500U);
    }
}

// A live symbol that was given bars in one piece goes on with the next one.
TEST_P(TapeTest, AStateKeptWholeIsTheStreamedOne) {
    const auto plan = test::plan_on(GetParam());
    const auto bars = random_bars(rough_walk(GetParam(), 2000));
    for (const Isa isa : wide_isas()) {
        Twins twins(plan, isa, bars);
        twins.stream(900);
        while (!twins.can_begin()) {
            twins.stream(1);
        }
        for (const std::size_t count : {std::size_t{3}, Tape::kBars}) {
            twins.begin();
            (void)twins.differing(count, true);
            EXPECT_TRUE(twins.states_equal()) << name_of(isa) << ", " << count << " bars";
            twins.stream(5);
        }
        EXPECT_TRUE(twins.states_equal());
    }
}

// Prices and volumes at the far ends, where a vector's shortest way has no room: the columns that are then computed bar
// by bar.
TEST(TapeRangeTest, LargeNumbersHaveTheSameCells) {
    constexpr std::int64_t kInterval = 5 * kMinuteNs;
    const auto plan = std::make_shared<const Plan>(
        std::vector<std::string>{"amihud_20", "pvt_20", "cmf_20", "vwap_dev_20"}, kInterval);
    auto bars = random_bars(rough_walk(kInterval, 400));
    for (std::size_t t = 100; t < bars.size(); ++t) {
        if (t % 13 == 0) {
            bars[t].volume = t % 2 == 0 ? 5e11 : 0.5;
        }
        const double factor = t / 40 % 2 == 0 ? 1.0 : 60.0;
        for (double* const price : {&bars[t].open, &bars[t].high, &bars[t].low, &bars[t].close}) {
            *price *= factor;
        }
    }
    for (const Isa isa : wide_isas()) {
        Twins twins(plan, isa, bars);
        twins.stream(50);
        twins.begin();
        while (twins.left() > 0) {
            EXPECT_EQ(twins.differing(std::min<std::size_t>(twins.left(), 90)), std::vector<std::string>{});
        }
        EXPECT_GT(twins.compared(), 300U);
    }
}

}  // namespace
}  // namespace foxml::features
