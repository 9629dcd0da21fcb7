// A history taken in stretches is the one taken bar by bar, through corporate actions and wherever it ends.
#include "engine/stretches.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <vector>

#include "bar_table.hpp"
#include "core/errors.hpp"
#include "engine/batch.hpp"
#include "engine/refused_bar.hpp"

namespace foxml::engine {
namespace {

constexpr std::size_t kBars = 900;
const std::vector<Adjustment> kActions{{350, 0.5, 2.0},  {351, 0.97, 1.0, true}, {500, 0.99, 1.0},
                                       {500, 1.01, 1.0}, {507, 0.98, 1.0, true}, {700, 2.0, 0.5}};

std::vector<Adjustment> before(std::size_t end) {
    std::vector<Adjustment> found;
    for (const Adjustment& action : kActions) {
        if (action.before_bar < end) {
            found.push_back(action);
        }
    }
    return found;
}

/// The rows of doubles are those of the stream.
std::vector<std::uint32_t> streamed_bits(const std::shared_ptr<const features::Plan>& plan, const BarColumns& bars,
                                         const std::vector<Adjustment>& actions, std::vector<std::uint8_t>& ready) {
    std::vector<double> values(bars.count * plan->feature_count());
    ready.resize(bars.count);
    run_batch(plan, kScale, bars, actions, values.data(), ready.data());
    std::vector<std::uint32_t> bits;
    for (const double cell : values) {
        bits.push_back(std::bit_cast<std::uint32_t>(static_cast<float>(cell)));
    }
    return bits;
}

class StretchesTest : public testing::Test {
   protected:
    StretchesTest() : benchmark_(kBars) {
        for (std::size_t t = 0; t < kBars; ++t) {
            benchmark_[t] = t % 17 == 3 ? 0.0 : 400.0 + static_cast<double>(t % 29);
        }
    }

    std::shared_ptr<const features::Plan> plan_ = plan_within(200, true);
    std::vector<double> benchmark_;
};

TEST_F(StretchesTest, AHistoryOfAnyLengthHasTheRowsOfTheStream) {
    const BarTable table(random_bars(5, kBars), benchmark_);
    for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{201}, std::size_t{202},
                                    std::size_t{349}, std::size_t{351}, std::size_t{352}, std::size_t{508}, kBars}) {
        Rows rows(count, plan_->feature_count());
        std::vector<std::uint8_t> ready;
        run_batch(plan_, kScale, table.part(0, count), before(count), rows.values.data(), rows.ready.data());
        EXPECT_EQ(rows.bits(), streamed_bits(plan_, table.part(0, count), before(count), ready)) << count;
        EXPECT_EQ(rows.ready, ready) << count;
    }
}

TEST_F(StretchesTest, OneAfterTheOther) {
    const BarTable first(random_bars(5, kBars), benchmark_);
    const BarTable second(random_bars(6, kBars), benchmark_);
    Stretches stretches(plan_, false);
    for (const BarTable* const table : {&first, &second, &first}) {
        Rows rows(kBars, plan_->feature_count());
        Feed feed(table->columns(), kActions);
        Track track(plan_, kScale);
        stretches.run(feed, track, rows.values.data(), rows.ready.data());
        std::vector<std::uint8_t> ready;
        EXPECT_EQ(rows.bits(), streamed_bits(plan_, table->columns(), kActions, ready));
    }
}

// The row of a refused bar is its own, wherever in a stretch it lies.
TEST_F(StretchesTest, ARefusedBarIsNamed) {
    for (const std::size_t row :
         {std::size_t{0}, std::size_t{1}, std::size_t{300}, std::size_t{599}, std::size_t{899}}) {
        auto bars = random_bars(5, kBars);
        bars[row].high = bars[row].low / 2;
        const BarTable table(bars, benchmark_);
        Rows rows(kBars, plan_->feature_count());
        try {
            run_batch(plan_, kScale, table.columns(), kActions, rows.values.data(), rows.ready.data());
            FAIL() << "not refused";
        } catch (const RefusedBar& error) {
            EXPECT_EQ(error.index(), static_cast<std::ptrdiff_t>(row));
            EXPECT_EQ(error.close_ns(), bars[row].close_ns);
        }
    }
}

// What a bar is judged against is the bar before it, also at the seam of two stretches.
TEST_F(StretchesTest, TimeMustGoForwardEverywhere) {
    for (std::size_t row = 400; row < kBars; ++row) {
        auto bars = random_bars(5, row + 1);
        bars[row].close_ns = bars[row - 1].close_ns;
        bars[row].session_open_ns = bars[row - 1].session_open_ns;
        bars[row].session_close_ns = bars[row - 1].session_close_ns;
        const BarTable table(bars);
        Rows rows(row + 1, plan_->feature_count());
        EXPECT_THROW(run_batch(plan_, kScale, table.columns(), {}, rows.values.data(), rows.ready.data()), RefusedBar);
        row += row % 7 == 0 ? 1 : 40;
    }
}

}  // namespace
}  // namespace foxml::engine
