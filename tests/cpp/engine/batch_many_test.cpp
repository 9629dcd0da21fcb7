// Histories that are computed side by side have the rows that each has by itself, to the bit.
#include <gtest/gtest.h>

#include <vector>

#include "bar_table.hpp"
#include "core/errors.hpp"
#include "engine/batch.hpp"
#include "engine/refused_bar.hpp"
#include "market.hpp"

namespace foxml::engine {
namespace {

/// Histories, and what is asked of them.
struct Case {
    std::vector<BarTable> tables;
    std::vector<features::Scale> scales;
    std::vector<std::vector<Adjustment>> adjustments;
    std::shared_ptr<const features::Plan> plan;
};

Case case_of(const std::vector<std::size_t>& lengths, const std::shared_ptr<const features::Plan>& plan) {
    Case made;
    made.plan = plan;
    for (std::size_t i = 0; i < lengths.size(); ++i) {
        const std::vector<double> closes(lengths[i], 400.0 + static_cast<double>(i));
        made.tables.emplace_back(random_bars(i + 1, lengths[i]), closes);
        made.scales.push_back({i % 2 == 0 ? 1e-6 : 0.01, i % 3 == 0 ? 1.0 : 0.5});
        made.adjustments.emplace_back();
    }
    return made;
}

std::vector<Rows> together(const Case& of) {
    std::vector<Rows> rows;
    std::vector<BatchItem> items;
    for (const BarTable& table : of.tables) {
        rows.emplace_back(table.size(), of.plan->feature_count());
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
        items.push_back(
            {of.scales[i], of.tables[i].columns(), of.adjustments[i], rows[i].values.data(), rows[i].ready.data()});
    }
    run_batch_many(of.plan, items);
    return rows;
}

/// Compares with every history by itself; returns how many rows are ready.
int compared(const Case& of) {
    const std::vector<Rows> found = together(of);
    int ready = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        Rows alone(of.tables[i].size(), of.plan->feature_count());
        run_batch(of.plan, of.scales[i], of.tables[i].columns(), of.adjustments[i], alone.values.data(),
                  alone.ready.data());
        EXPECT_EQ(found[i].ready, alone.ready) << "history " << i;
        EXPECT_EQ(found[i].bits(), alone.bits()) << "history " << i;
        ready += alone.ready_count();
    }
    return ready;
}

// Two blocks and a part of one, lengths in no order, some without a row and one without a bar.
TEST(BatchManyTest, LengthsMayDiffer) {
    const Case of =
        case_of({300, 500, 0, 420, 500, 90, 310, 500, 1, 333, 499, 280, 500, 500, 150, 460, 300, 0, 480, 470, 200},
                plan_within(250));
    EXPECT_GT(of.plan->feature_count(), 150U);
    EXPECT_GT(compared(of), 2000);
}

// Fewer histories than a block has lanes.
TEST(BatchManyTest, FewHistories) {
    for (std::size_t count = 0; count <= 9; ++count) {
        const Case of = case_of(std::vector<std::size_t>(count, 300), plan_within(100));
        EXPECT_EQ(compared(of), static_cast<int>(count) * (300 - static_cast<int>(of.plan->warmup_bars())));
    }
}

// An action rebuilds one lane of eight, which then has its last bar at another place than its neighbours.
TEST(BatchManyTest, ActionsOfSomeSymbols) {
    Case of = case_of(std::vector<std::size_t>(8, 600), plan_within(100));
    of.adjustments[0] = {{300, 0.99, 1.0}};
    of.adjustments[3] = {{150, 0.5, 2.0}, {150, 0.99, 1.0}, {400, 1.0 / 3.0, 3.0}};
    of.adjustments[7] = {{599, 0.25, 4.0}};
    EXPECT_GT(compared(of), 3000);
}

TEST(BatchManyTest, BesideABenchmark) {
    Case of = case_of({400, 380, 300, 400, 400}, plan_within(150, true));
    ASSERT_TRUE(of.plan->needs_benchmark());
    of.adjustments[1] = {{200, 0.5, 2.0, true}, {210, 0.98, 1.0}};
    EXPECT_GT(compared(of), 1000);
}

TEST(BatchManyTest, RefusesWhatABatchRefuses) {
    Case of = case_of({100, 200, 150}, plan_within(60));
    of.adjustments[1] = {{200, 0.5, 2.0}};
    EXPECT_THROW((void)together(of), InvalidInput);
    of.adjustments[1] = {};
    auto bars = random_bars(9, 150);
    bars[120].volume = -1.0;
    of.tables[2] = BarTable(bars, std::vector<double>(150, 400.0));
    try {
        (void)together(of);
        FAIL() << "not refused";
    } catch (const RefusedBar& error) {
        EXPECT_EQ(error.index(), 120);
        EXPECT_EQ(error.close_ns(), bars[120].close_ns);
    }
}

}  // namespace
}  // namespace foxml::engine
