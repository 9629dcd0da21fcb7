// An engine of many symbols gives each what an engine of that symbol alone gives, though it works on eight at a time.
#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "market.hpp"

namespace foxml::engine {
namespace {

constexpr std::size_t kSymbols = 19;  // two blocks and three by themselves
constexpr std::size_t kBars = 420;

/// Symbols that trade in every slice, now and then not, and seldom.
bool absent(std::size_t symbol, std::size_t t) {
    if (symbol < 8) {
        return t % 97 == symbol;
    }
    return symbol == 12 ? t % 3 != 0 : (t * 31 + symbol * 17) % 400 == 0;
}

TEST(BlocksTest, EverySymbolIsAsItWouldBeAlone) {
    Market market(kSymbols, kBars);
    const auto plan = all_exact_plan();
    Engine together(plan, std::vector<features::Scale>(kSymbols, kScale), {}, "test");
    std::vector<Engine> alone;
    for (std::size_t i = 0; i < kSymbols; ++i) {
        alone.emplace_back(plan, std::vector<features::Scale>{kScale}, std::vector<Scorer>{}, "test");
    }
    const std::size_t width = plan->feature_count();
    int ready = 0;
    for (std::size_t t = 0; t < kBars; ++t) {
        Slice slice = market.slice(t);
        for (std::size_t i = 0; i < kSymbols; ++i) {
            market.present()[i] = absent(i, t) ? 0 : 1;
        }
        const Answer all = answer(together, slice);
        for (std::size_t i = 0; i < kSymbols; ++i) {
            Slice one = slice;
            one.ohlcv += i * 5;
            one.present += i;
            const Answer expected = answer(alone[i], one);
            const std::vector<std::uint32_t> row(all.rows.begin() + static_cast<std::ptrdiff_t>(i * width),
                                                 all.rows.begin() + static_cast<std::ptrdiff_t>((i + 1) * width));
            ASSERT_EQ(row, expected.rows) << "symbol " << i << " at " << t;
            ASSERT_EQ(all.ready[i], expected.ready[0]) << "symbol " << i << " at " << t;
            ready += all.ready[i];
        }
        if (t == kBars / 2) {
            // What a snapshot holds does not depend on where a symbol lives.
            together.restore(together.snapshot());
        }
        if (t == kBars / 2 + 20) {
            // Nor does a state that was built anew after a corporate action, wherever it was built.
            for (const std::size_t i : {std::size_t{1}, std::size_t{12}, std::size_t{18}}) {
                together.adjust(i, 0.5, 2.0);
                alone[i].adjust(0, 0.5, 2.0);
            }
        }
    }
    EXPECT_GT(ready, 4000);
}

}  // namespace
}  // namespace foxml::engine
