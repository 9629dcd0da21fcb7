// What a bar adds to the window sums, worked out from the closes alone.
#include <gtest/gtest.h>

#include "features/columns.hpp"
#include "features/view.hpp"
#include "recomputed.hpp"

namespace foxml::features {
namespace {

TEST(LogUnitsTest, ThereAndBackAddsUpToNothing) {
    // Prices that bounce between bid and ask have no drift and equal returns but for their signs: to the bit.
    std::mt19937_64 random(1);
    for (int i = 0; i < 10'000; ++i) {
        const auto a = 1 + static_cast<std::int64_t>(random() % 100'000);
        const auto b = 1 + static_cast<std::int64_t>(random() % 100'000);
        ASSERT_EQ(log_units(a, b), -log_units(b, a)) << a << " " << b;
        ASSERT_EQ(log_units(a, a), 0);
    }
}

TEST(ReturnColumnsTest, OfReturnsEqualWhatTheClosesSay) {
    // Read at their first row and after it, as formulas read them.
    std::vector<std::string> names{"vr_2_240", "vr_5_240", "hurst_240", "acf5_240", "acf1_abs_60", "sign_entropy_120"};
    const auto plan = std::make_shared<const Plan>(names, 5 * kMinuteNs);
    const auto bars = test::trying_bars(400, 61);
    const auto r = test::returns_of(test::on_grid(bars));
    constexpr struct {
        Column sum;
        WideColumn square;
        int q;
    } kSums[] = {{Column::return_2, WideColumn::return_2_square, 2},
                 {Column::return_4, WideColumn::return_4_square, 4},
                 {Column::return_5, WideColumn::return_5_square, 5},
                 {Column::return_8, WideColumn::return_8_square, 8},
                 {Column::return_16, WideColumn::return_16_square, 16}};
    const auto at = [&r](std::size_t t) { return static_cast<std::int64_t>(r[t]); };
    SymbolState state(plan, test::kCents);
    for (std::size_t t = 0; t < bars.size(); ++t) {
        state.update(bars[t]);
        const View view = state.view();
        for (const auto& [column, square, q] : kSums) {
            if (t >= static_cast<std::size_t>(first_row(column))) {
                std::int64_t sum = 0;
                for (int i = 0; i < q; ++i) {
                    sum += at(t - static_cast<std::size_t>(i));
                }
                ASSERT_EQ(view.sum(column, 1), sum) << t << " " << q;
                ASSERT_TRUE(view.sum(square, 1) == product(sum, sum)) << t << " " << q;
            }
        }
        if (t >= static_cast<std::size_t>(first_row(WideColumn::return_lag5))) {
            const unsigned word = (at(t) > 0 ? 4U : 0U) + (at(t - 1) > 0 ? 2U : 0U) + (at(t - 2) > 0 ? 1U : 0U);
            ASSERT_EQ(static_cast<std::uint64_t>(view.sum(Column::sign_word, 1)), std::uint64_t{1} << 8 * word);
            ASSERT_EQ(view.sum(Column::abs_return, 1), std::abs(at(t)));
            ASSERT_TRUE(view.sum(WideColumn::return_lag5, 1) == product(at(t), at(t - 5)));
            ASSERT_TRUE(view.sum(WideColumn::abs_return_lag1, 1) == product(std::abs(at(t)), std::abs(at(t - 1))));
        }
    }
}

TEST(ReturnColumnsTest, SignWordsAreCountedWithoutACarry) {
    // 255 times the same word fill its byte and no other.
    const auto plan = std::make_shared<const Plan>(
        std::vector<Plan::Column>{{"entropy", "sign_entropy_120", {{"w", 255}}}}, 5 * kMinuteNs);
    SymbolState state(plan, test::kCents);
    auto bars = test::random_bars({.bars = 300, .seed = 62});
    for (std::size_t t = 0; t < bars.size(); ++t) {
        const double rising = 100.0 + 0.01 * static_cast<double>(t);
        bars[t].open = bars[t].high = bars[t].low = bars[t].close = rising;
        state.update(bars[t]);
    }
    EXPECT_EQ(static_cast<std::uint64_t>(state.view().sum(Column::sign_word, 255)), 255ULL << 56);
}

}  // namespace
}  // namespace foxml::features
