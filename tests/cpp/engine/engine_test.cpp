// One call per slice: nothing changes when a bar is refused, an absent symbol has no row, forests see the float32 row.
#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "engine/refused_bar.hpp"
#include "market.hpp"
#include "trees/reference.hpp"

namespace foxml::engine {
namespace {

// Every symbol is judged before any is changed: the bad bar is the last symbol's, and the first must not have moved.
TEST(EngineTest, RefusalLeavesEverySymbolUnchanged) {
    Market market(3, 60);
    Engine refusing = make_engine(3);
    Engine calm = make_engine(3);
    for (std::size_t t = 0; t < market.size(); ++t) {
        features::Bar& bar = market.bar(2, t);
        const double high = bar.high;
        bar.high = bar.low / 2;
        try {
            (void)answer(refusing, market.slice(t));
            FAIL() << "slice " << t << " was not refused";
        } catch (const RefusedBar& error) {
            EXPECT_EQ(error.index(), 2);
            EXPECT_EQ(error.close_ns(), bar.close_ns);
            EXPECT_FALSE(error.reason().empty());
        }
        bar.high = high;
        const Answer expected = answer(calm, market.slice(t));
        ASSERT_EQ(answer(refusing, market.slice(t)), expected) << "slice " << t;
    }
    EXPECT_EQ(refusing.snapshot(), calm.snapshot());
}

// Two symbols of one slice share its time, so order is judged for the slice too.
TEST(EngineTest, RefusesASliceThatIsNotLater) {
    Market market(2, 3);
    Engine engine = make_engine(2);
    (void)answer(engine, market.slice(1));
    const std::string before = engine.snapshot();
    for (const std::size_t t : {std::size_t{0}, std::size_t{1}}) {
        try {
            (void)answer(engine, market.slice(t));
            FAIL() << "slice " << t << " was not refused";
        } catch (const RefusedBar& error) {
            EXPECT_EQ(error.index(), -1);
        }
    }
    EXPECT_EQ(engine.snapshot(), before);
}

// An absent bar is no bar: no row in that slice, and the rows after it are those of a symbol that never had it.
TEST(EngineTest, AbsentSymbolHasNoRow) {
    Market market(2, 120);
    Engine both = make_engine(2);
    Engine alone = make_engine(1);
    Market second(1, 120);
    for (std::size_t t = 0; t < second.size(); ++t) {
        second.bar(0, t) = market.bar(1, t);
    }
    for (std::size_t t = 0; t < market.size(); ++t) {
        const Slice slice = market.slice(t);
        const bool absent = t % 7 == 3;
        market.present()[1] = absent ? 0 : 1;
        const Answer found = answer(both, slice);
        if (absent) {
            EXPECT_EQ(found.ready[1], 0);
            const std::vector<std::uint32_t> row(found.rows.begin() + 3, found.rows.end());
            EXPECT_EQ(row, std::vector<std::uint32_t>(3, 0x7fc00000U));
            continue;
        }
        const Answer expected = answer(alone, second.slice(t));
        ASSERT_EQ(found.ready[1], expected.ready[0]);
        ASSERT_TRUE(std::equal(expected.rows.begin(), expected.rows.end(), found.rows.begin() + 3)) << "slice " << t;
    }
}

/// A stump for each feature and output: the score is a sum that depends on every cell.
trees::Forest stumps(std::size_t features, std::size_t outputs) {
    trees::Forest forest;
    forest.feature_count = features;
    forest.output_count = outputs;
    forest.base_margin.assign(outputs, 0.0);
    for (std::size_t f = 0; f < features; ++f) {
        for (std::size_t k = 0; k < outputs; ++k) {
            const auto feature = static_cast<std::int32_t>(f);
            const double value = 0.1 * static_cast<double>(f + 1) + static_cast<double>(k);
            forest.trees.push_back({{{0.0, feature, ~0, ~1, trees::Missing::nan, true}},
                                    {value, -value},
                                    static_cast<std::int32_t>(k),
                                    {},
                                    {}});
        }
    }
    return forest;
}

Scorer scorer_of(const trees::Forest& forest) {
    return {std::make_shared<const trees::Predictor>(forest), forest.feature_count, forest.output_count};
}

// The score is what the plain walk says of the very row that is handed out, output 0 of each forest.
TEST(EngineTest, ScoresAreThePredictorsOnTheRows) {
    const trees::Forest one = stumps(3, 1);
    const trees::Forest three = stumps(3, 3);
    Engine engine = make_engine(2, {scorer_of(one), scorer_of(three)});
    Market market(2, 80);
    std::size_t scored = 0;
    for (std::size_t t = 0; t < market.size(); ++t) {
        const Answer found = answer(engine, market.slice(t));
        for (std::size_t i = 0; i < 2; ++i) {
            if (found.ready[i] == 0) {
                EXPECT_TRUE(std::isnan(std::bit_cast<double>(found.scores[i * 2])));
                continue;
            }
            float row[3];
            for (std::size_t f = 0; f < 3; ++f) {
                row[f] = std::bit_cast<float>(found.rows[i * 3 + f]);
            }
            double expected[3];
            trees::reference_predict(one, row, expected);
            EXPECT_EQ(found.scores[i * 2], std::bit_cast<std::uint64_t>(expected[0]));
            trees::reference_predict(three, row, expected);
            EXPECT_EQ(found.scores[i * 2 + 1], std::bit_cast<std::uint64_t>(expected[0]));
            ++scored;
        }
    }
    EXPECT_EQ(scored, 2 * (80 - static_cast<std::size_t>(exact_plan()->warmup_bars())));
}

TEST(EngineTest, RefusesAForestOfOtherColumns) {
    try {
        (void)make_engine(1, {scorer_of(stumps(3, 1)), scorer_of(stumps(4, 1))});
        FAIL() << "not refused";
    } catch (const InvalidInput& error) {
        EXPECT_STREQ(error.what(), "forests[1] takes 4 features; the plan has 3");
    }
}

}  // namespace
}  // namespace foxml::engine
