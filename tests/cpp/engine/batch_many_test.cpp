// Histories that are computed side by side have the rows that each has by itself, to the bit.
#include <gtest/gtest.h>

#include <random>
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

// Actions while a history warms up, at its first and last bar in the block, and once it has left the block.
TEST(BatchManyTest, ActionsAtTheSeams) {
    Case of = case_of({700, 700, 700, 500, 500, 500, 400, 400}, plan_within(100));
    const auto first = static_cast<std::size_t>(of.plan->warmup_bars()) + 1;
    of.adjustments[0] = {{1, 0.5, 2.0}, {first - 1, 0.99, 1.0}, {first, 0.5, 2.0}, {first + 1, 0.98, 1.0}};
    of.adjustments[1] = {{first, 2.0, 0.5}, {499, 0.5, 2.0}, {500, 0.5, 2.0}, {501, 0.99, 1.0}, {699, 0.98, 1.0}};
    of.adjustments[2] = {{600, 0.25, 4.0}};  // its past is kept all the way through the block
    of.adjustments[5] = {{499, 0.5, 2.0}};
    of.adjustments[6] = {{399, 0.5, 2.0}};
    EXPECT_GT(compared(of), 3000);
}

// The block does not need bars of one moment: each history has its own days, sessions and gaps.
TEST(BatchManyTest, TimesMayDiffer) {
    Case of = case_of(std::vector<std::size_t>(9, 500), plan_within(250));
    for (std::size_t i = 0; i < of.tables.size(); ++i) {
        auto bars = random_bars(i + 20, 600);
        for (features::Bar& bar : bars) {
            const std::int64_t later_ns = static_cast<std::int64_t>(i) * (24 * 60 + 7) * kMinuteNs;
            bar.close_ns += later_ns;
            bar.session_open_ns += later_ns;
            bar.session_close_ns += later_ns;
        }
        const auto gap = bars.begin() + static_cast<std::ptrdiff_t>(40 * i);
        bars.erase(gap, gap + 100);
        of.tables[i] = BarTable(bars, std::vector<double>(bars.size(), 400.0));
    }
    EXPECT_GT(compared(of), 2000);
}

// Lengths, actions and moves of the benchmark at random, another time with other features.
TEST(BatchManyTest, RandomHistories) {
    std::mt19937_64 random(5);
    for (int round = 0; round < 12; ++round) {
        std::vector<std::size_t> lengths(5 + random() % 8);
        for (std::size_t& length : lengths) {
            length = random() % 4 == 0 ? random() % 300 : 250 + random() % 50;
        }
        Case of = case_of(lengths, plan_within(round % 2 == 0 ? 60 : 140, true));
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            std::vector<double> closes(lengths[i]);
            for (double& close : closes) {
                close = random() % 20 == 0 ? 0.0 : 400.0 + static_cast<double>(random() % 50);
            }
            of.tables[i] = BarTable(random_bars(random(), lengths[i]), closes);
            for (std::size_t t = random() % 200; t < lengths[i] && random() % 3 != 0; t += random() % 80) {
                of.adjustments[i].push_back({t, random() % 2 == 0 ? 0.5 : 0.98, 2.0, random() % 3 == 0});
            }
        }
        EXPECT_GT(compared(of), 200) << "round " << round;
    }
}

TEST(BatchManyTest, RefusesABarInTheBlock) {
    Case of = case_of(std::vector<std::size_t>(8, 300), plan_within(60));
    auto bars = random_bars(6, 300);
    bars[222].low = bars[222].high * 2.0;
    of.tables[5] = BarTable(bars, std::vector<double>(300, 400.0));
    try {
        (void)together(of);
        FAIL() << "not refused";
    } catch (const RefusedBar& error) {
        EXPECT_EQ(error.index(), 222);
        EXPECT_EQ(error.close_ns(), bars[222].close_ns);
    }
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
