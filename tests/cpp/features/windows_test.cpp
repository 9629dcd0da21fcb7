// Cells that are computed eight at a time are those that their formulas give one by one, to the bit, on every path of
// instructions.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "features/count.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

constexpr std::int64_t kInterval = 5 * kMinuteNs;

/// A column of a feature whose integers are moved by `shift`, as far as their bounds allow.
Plan::Column moved(const FeatureInfo& feature, int shift) {
    Plan::Column column{std::string(feature.name) + "+" + std::to_string(shift), std::string(feature.name), {}};
    for (std::size_t i = 0; i < feature.parameters.size(); ++i) {
        const Parameter& parameter = feature.parameters[i];
        const int value = parameter.value + shift * static_cast<int>(i + 1);
        column.parameters[std::string(parameter.name)] = std::clamp(value, parameter.minimum, parameter.maximum);
    }
    return column;
}

/// Every feature, those that take vectors with each shift of their integers.
std::shared_ptr<const Plan> plan_of(const std::vector<int>& shifts, std::int64_t warmup_max) {
    std::vector<Plan::Column> columns;
    for (const FeatureInfo& feature : catalogue()) {
        const bool here = (feature.timeframes & timeframe_bit(kInterval)) != 0;
        if (!here || warmup_bars(feature, kInterval) > warmup_max) {
            continue;
        }
        for (const int shift : feature.takes_vectors ? shifts : std::vector<int>{0}) {
            columns.push_back(moved(feature, shift));
        }
    }
    return std::make_shared<const Plan>(columns, kInterval);
}

/// Bars with flat stretches, without volume, and now and then far from the ones before.
std::vector<Bar> rough_bars(int bars, std::uint64_t seed, double missing) {
    std::vector<Bar> all = test::random_bars({.interval_ns = kInterval,
                                              .bars = bars,
                                              .seed = seed,
                                              .missing = missing,
                                              .flat = 0.02,
                                              .quiet = 0.05,
                                              .no_benchmark = 0.0005});
    for (std::size_t t = 50; t < all.size(); t += 97) {
        const double factor = t % 2 == 0 ? 30.0 : 0.05;
        for (double* const price : {&all[t].open, &all[t].high, &all[t].low, &all[t].close}) {
            *price *= factor;
        }
    }
    return all;
}

/// Cells of the state that are not those of `alone`, by name.
std::vector<std::string> differing(const SymbolState& state, const SymbolState& alone) {
    const Plan& plan = state.plan();
    std::vector<float> floats(plan.feature_count());
    std::vector<float> floats_alone(plan.feature_count());
    std::vector<double> doubles(plan.feature_count());
    std::vector<double> doubles_alone(plan.feature_count());
    state.write_row(floats.data());
    state.write_row(doubles.data());
    alone.write_row(floats_alone.data());
    alone.write_row(doubles_alone.data());
    std::vector<std::string> found;
    for (std::size_t i = 0; i < plan.feature_count(); ++i) {
        if (std::bit_cast<std::uint32_t>(floats[i]) != std::bit_cast<std::uint32_t>(floats_alone[i]) ||
            std::bit_cast<std::uint64_t>(doubles[i]) != std::bit_cast<std::uint64_t>(doubles_alone[i])) {
            found.push_back(plan.names()[i]);
        }
    }
    return found;
}

class WindowsTest : public testing::TestWithParam<Isa> {
   protected:
    void SetUp() override {
        if (GetParam() > widest_isa()) {
            GTEST_SKIP() << "this machine has no " << name_of(GetParam());
        }
    }
};

TEST_P(WindowsTest, EveryCellIsTheOneThatIsComputedByItself) {
    // Eight of a formula, more, and fewer.
    const std::vector<std::vector<int>> choices = {
        {-3, -2, -1, 0, 2, 5, 11, 40}, {0, 1, 3, 4, 7, 9, 10, 12, 30, 31, 33}, {0, 17, 6}};
    for (std::size_t i = 0; i < choices.size(); ++i) {
        const auto plan = plan_of(choices[i], 900);
        const auto bars = rough_bars(static_cast<int>(plan->warmup_bars()) + 250, 7 + i, 0.01 * static_cast<double>(i));
        const Scale scale{i == 0 ? 0.01 : 1e-6, i == 2 ? 0.5 : 1.0};
        SymbolState state(plan, scale, GetParam());
        SymbolState alone(plan, scale, Isa::scalar);
        int compared = 0;
        for (std::size_t t = 0; t < bars.size(); ++t) {
            ASSERT_EQ(state.refusal(bars[t]), nullptr) << t;
            state.update(bars[t]);
            alone.update(bars[t]);
            const bool near = bars.size() - t <= 250 || t % 50 == 0;
            if (near) {
                ASSERT_EQ(differing(state, alone), std::vector<std::string>{}) << t;
                compared += state.ready() ? 1 : 0;
            }
        }
        EXPECT_EQ(compared, 250);
    }
}

TEST_P(WindowsTest, AStateThatWasSavedOrResetGoesOn) {
    const auto plan = plan_of({0, 1, 2, 5}, 400);
    const auto bars = rough_bars(static_cast<int>(plan->warmup_bars()) + 120, 3, 0.0);
    SymbolState alone(plan, test::kCents, Isa::scalar);
    SymbolState state(plan, test::kCents, GetParam());
    for (const Bar& bar : bars) {
        state.update(bar);
    }
    state.reset();
    for (std::size_t t = 0; t < bars.size(); ++t) {
        if (t % 37 == 36) {
            ByteWriter writer;
            state.save(writer);
            ByteWriter of_alone;
            alone.save(of_alone);
            ASSERT_TRUE(std::ranges::equal(writer.bytes(), of_alone.bytes())) << t;
            ByteReader reader(of_alone.bytes());
            state.load(reader);
        }
        state.update(bars[t]);
        alone.update(bars[t]);
        if (alone.ready()) {
            ASSERT_EQ(differing(state, alone), std::vector<std::string>{}) << t;
        }
    }
    EXPECT_TRUE(alone.ready());
}

INSTANTIATE_TEST_SUITE_P(Paths, WindowsTest, testing::Values(Isa::avx2, Isa::avx512),
                         [](const auto& info) { return std::string(name_of(info.param)); });

TEST(WindowPlanTest, ACellIsInOneGroupOrByItself) {
    const auto plan = plan_of({0, 1, 2, 3, 4, 5, 6, 7, 8}, 900);
    std::multiset<std::size_t> cells(plan->alone().begin(), plan->alone().end());
    for (const WindowPlan::Group& group : plan->windows().groups()) {
        const std::set<std::size_t> lanes(group.cells.begin(), group.cells.end());
        cells.insert(lanes.begin(), lanes.end());
    }
    std::vector<std::size_t> expected(plan->feature_count());
    std::iota(expected.begin(), expected.end(), std::size_t{0});
    EXPECT_TRUE(std::ranges::equal(cells, expected));
    EXPECT_GT(plan->windows().groups().size(), 100U);
}

TEST(WindowPlanTest, GroupsThatReadTheSameShareIt) {
    std::vector<Plan::Column> columns;
    for (const char* const feature : {"sma_dist_20", "bb_width_20"}) {
        for (int window = 10; window < 18; ++window) {
            columns.push_back({feature + std::to_string(window), feature, {{"w", window}}});
        }
    }
    const Plan plan(columns, kInterval);
    const auto groups = plan.windows().groups();
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_TRUE(groups[0].adjacent && groups[1].adjacent);
    const auto slots = [](const WindowPlan::Group& group) {
        std::set<std::size_t> found;
        for (const WindowPlan::Place& place : group.places) {
            found.insert(place.slot);
        }
        return found;
    };
    // Both read the sum of the closes, one its squares too.
    EXPECT_EQ(slots(groups[0]).size(), 1U);
    EXPECT_EQ(slots(groups[1]).size(), 2U);
    EXPECT_TRUE(std::ranges::includes(slots(groups[1]), slots(groups[0])));
}

TEST(CountTest, SumsKeepTheirFormAndOtherNumbersDoNot) {
    const Counts p(Params{20, 5, 0, 0});
    EXPECT_EQ((p.a + 1).form(), kFormOfA + 1);
    EXPECT_EQ((2 * p.a - p.b).form(), 2 * kFormOfA - kFormOfB);
    EXPECT_EQ(int{2 * p.a - p.b}, 35);
    EXPECT_EQ(Count(p.a / 2).form(), 10U);
    EXPECT_EQ(std::int64_t{3} * p.a, 60);
    // Whatever the integers are, and for no other sum.
    const Counts q(Params{21, 1, 0, 0});
    EXPECT_EQ((p.a + p.b).form(), (q.b + q.a).form());
    EXPECT_NE(p.a.form(), Count(20).form());
}

}  // namespace
}  // namespace foxml::features
