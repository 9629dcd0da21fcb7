// A history given to an engine in parts: the rows of the whole, and nothing of a part that is refused.
#include <gtest/gtest.h>

#include <vector>

#include "bar_table.hpp"
#include "core/errors.hpp"
#include "engine/batch.hpp"
#include "engine/engine.hpp"
#include "engine/refused_bar.hpp"
#include "market.hpp"

namespace foxml::engine {
namespace {

constexpr std::size_t kBars = 600;
const std::vector<Adjustment> kActions{{250, 0.99, 1.0}, {400, 0.5, 2.0}, {401, 0.97, 1.0, true}};

Engine engine_of(const std::shared_ptr<const features::Plan>& plan, std::size_t symbols = 2) {
    return Engine(plan, std::vector<features::Scale>(symbols, kScale), {}, "test", symbols - 1);
}

/// Those known before the bars of a part, counted from its first.
std::vector<Adjustment> part_of(const std::vector<Adjustment>& all, std::size_t first, std::size_t last) {
    std::vector<Adjustment> found;
    for (Adjustment each : all) {
        if (each.before_bar >= first && each.before_bar < last) {
            each.before_bar -= first;
            found.push_back(each);
        }
    }
    return found;
}

class ExtendTest : public testing::Test {
   protected:
    void extend(Engine& engine, std::size_t first, std::size_t last) {
        engine.extend(0, table_.part(first, last), part_of(kActions, first, last),
                      rows_.values.data() + first * rows_.width, rows_.ready.data() + first);
    }

    std::shared_ptr<const features::Plan> plan_ = plan_within(200, true);
    BarTable table_{random_bars(5, kBars), std::vector<double>(kBars, 400.0)};
    Rows rows_{kBars, plan_->feature_count()};
};

// Parts end before and after actions, and one is empty.
TEST_F(ExtendTest, PartsAreTheWhole) {
    Engine engine = engine_of(plan_);
    for (const auto& [first, last] :
         {std::pair<std::size_t, std::size_t>{0, 1}, {1, 250}, {250, 250}, {250, 400}, {400, 401}, {401, 500}}) {
        extend(engine, first, last);
    }
    Engine restored = engine_of(plan_);
    restored.restore(engine.snapshot());
    extend(restored, 500, kBars);
    Rows whole(kBars, plan_->feature_count());
    run_batch(plan_, kScale, table_.columns(), kActions, whole.values.data(), whole.ready.data());
    EXPECT_EQ(rows_.ready, whole.ready);
    EXPECT_EQ(rows_.bits(), whole.bits());
    EXPECT_EQ(whole.ready_count(), static_cast<int>(kBars) - static_cast<int>(plan_->warmup_bars()));
}

TEST_F(ExtendTest, ARefusedBarLeavesNothingBehind) {
    Engine engine = engine_of(plan_);
    extend(engine, 0, 300);
    const std::string before = engine.snapshot();
    auto bars = random_bars(5, kBars);
    bars[450].high = bars[450].low / 2;
    const BarTable bad(bars, std::vector<double>(kBars, 400.0));
    try {
        engine.extend(0, bad.part(300, kBars), part_of(kActions, 300, kBars), rows_.values.data(), rows_.ready.data());
        FAIL() << "not refused";
    } catch (const RefusedBar& error) {
        EXPECT_EQ(error.index(), 150);
        EXPECT_EQ(error.close_ns(), bars[450].close_ns);
    }
    EXPECT_EQ(engine.snapshot(), before);
    EXPECT_THROW(extend(engine, 299, 310), RefusedBar);  // a bar that it has
    EXPECT_THROW(engine.extend(0, table_.part(300, 310), {{10, 0.5, 2.0}}, rows_.values.data(), rows_.ready.data()),
                 InvalidInput);
    EXPECT_THROW(engine.extend(0, table_.part(300, 310), {{5, 1e-12, 1.0}}, rows_.values.data(), rows_.ready.data()),
                 InvalidInput);
    EXPECT_EQ(engine.snapshot(), before);
}

TEST_F(ExtendTest, OnlyASymbolThatGoesByItself) {
    Engine engine = engine_of(plan_);
    for (const std::size_t symbol : {std::size_t{1}, std::size_t{2}}) {
        EXPECT_THROW(engine.extend(symbol, table_.columns(), {}, rows_.values.data(), rows_.ready.data()),
                     InvalidInput);
    }
    Engine benchmark = engine_of(plan_, 1);
    benchmark.extend(0, table_.columns(), {}, rows_.values.data(), rows_.ready.data());
    EXPECT_GT(rows_.ready_count(), 300);
}

// Symbols of a block may be given their past by themselves, and go on together.
TEST_F(ExtendTest, SlicesGoOnFromHistories) {
    const auto plan = plan_within(100);
    Market market(9, 300);
    const std::vector<features::Scale> scales(9, kScale);
    Engine sliced(plan, scales, {}, "test");
    Engine extended(plan, scales, {}, "test");
    for (std::size_t t = 0; t < 200; ++t) {
        (void)answer(sliced, market.slice(t));
    }
    for (std::size_t i = 0; i < 9; ++i) {
        std::vector<features::Bar> bars;
        for (std::size_t t = 0; t < 200; ++t) {
            bars.push_back(market.bar(i, t));
        }
        const BarTable table(bars);
        Rows rows(200, plan->feature_count());
        extended.extend(i, table.columns(), {}, rows.values.data(), rows.ready.data());
    }
    EXPECT_EQ(extended.snapshot(), sliced.snapshot());
    EXPECT_THROW((void)answer(extended, market.slice(199)), RefusedBar);
    for (std::size_t t = 200; t < 300; ++t) {
        ASSERT_EQ(answer(extended, market.slice(t)), answer(sliced, market.slice(t))) << t;
    }
}

}  // namespace
}  // namespace foxml::engine
