// Cells that are computed when a higher bar completes are those that would be computed at every bar, to the bit.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>

#include "features/probe.hpp"
#include "features/view.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

std::uint64_t bits(double value) { return std::bit_cast<std::uint64_t>(value); }

/// Features of the higher timeframes, and one that is none, in a plan of bars of this length.
std::shared_ptr<const Plan> higher_plan(std::int64_t interval_ns) {
    std::vector<std::string> names{"ret_log_1"};
    for (const std::string& name : test::names_on(interval_ns)) {
        if (find(name)->group == "J") {
            names.push_back(name);
        }
    }
    return std::make_shared<const Plan>(names, interval_ns);
}

/// Kept cells that are not what their formula says of the state now.
std::vector<std::string> differing(const SymbolState& state) {
    std::vector<std::string> found;
    const Plan& plan = state.plan();
    std::vector<double> row(plan.feature_count());
    state.write_row(row.data());
    for (const Plan::Kept& kept : plan.kept()) {
        const Plan::Entry& entry = plan.entries()[kept.entry];
        const bool warm = state.bars_seen() > entry.warmup_bars;
        if (warm ? bits(row[kept.entry]) != bits(entry.feature->finish(state.view(), entry.values))
                 : !std::isnan(row[kept.entry])) {
            found.push_back(plan.names()[kept.entry]);
        }
    }
    return found;
}

SymbolState restored(const SymbolState& state) {
    ByteWriter writer;
    state.save(writer);
    SymbolState fresh(std::make_shared<const Plan>(state.plan()), state.scale());
    ByteReader reader(writer.bytes());
    fresh.load(reader);
    return fresh;
}

class KeptCellsTest : public testing::TestWithParam<std::int64_t> {};

TEST_P(KeptCellsTest, AreWhatWouldBeComputedAtEveryBar) {
    const std::int64_t interval_ns = GetParam();
    const auto plan = higher_plan(interval_ns);
    ASSERT_EQ(plan->kept().size(), plan->feature_count() - 1);
    for (const int skip : {0, 1, 7}) {
        const auto history = test::random_bars({.interval_ns = interval_ns,
                                                .bars = static_cast<int>(plan->warmup_bars()) + 500,
                                                .seed = 41,
                                                .missing = 0.1 * skip,
                                                .flat = 0.001,
                                                .quiet = 0.1,
                                                .skip = skip});
        SymbolState state(plan, test::kCents);
        for (std::size_t t = 0; t < history.size(); ++t) {
            state.update(history[t]);
            ASSERT_EQ(differing(state), std::vector<std::string>{}) << t;
            if (t % 997 == 996) {
                state = restored(state);
                ASSERT_EQ(differing(state), std::vector<std::string>{}) << "restored at " << t;
            }
        }
        ASSERT_TRUE(state.ready());
        state.reset();
        state.update(history[0]);
        EXPECT_EQ(differing(state), std::vector<std::string>{}) << "reset";
    }
}

INSTANTIATE_TEST_SUITE_P(Timeframes, KeptCellsTest, testing::Values(kMinuteNs, 5 * kMinuteNs, 15 * kMinuteNs));

TEST(KeptCellsTest, OnlyWhatReadsOneHigherTimeframeAloneIsKept) {
    const auto only_higher = [](auto formula) {
        Requirements requirements;
        (void)formula(Probe(requirements, 5 * kMinuteNs));
        return requirements.only_higher();
    };
    const auto close_above = [](const Probe& above) { return static_cast<double>(above.bar().close); };
    EXPECT_TRUE(only_higher([&](const Probe& v) { return v.higher(60, close_above); }));
    EXPECT_FALSE(only_higher([](const Probe& v) { return static_cast<double>(v.close(1)); }));
    EXPECT_FALSE(only_higher([&](const Probe& v) { return v.higher(60, close_above) - v.higher(15, close_above); }));
    const std::vector<std::function<double(const Probe&)>> reads = {
        [](const Probe& v) { return static_cast<double>(v.bar().close); },
        [](const Probe& v) { return static_cast<double>(v.previous().close); },
        [](const Probe& v) { return static_cast<double>(v.index()); },
        [](const Probe& v) { return static_cast<double>(v.close(0)); },
        [](const Probe& v) { return static_cast<double>(v.sum(WideColumn::close_square, 5)); },
        [](const Probe& v) { return static_cast<double>(v.high(5)); },
        [](const Probe& v) { return v.ema(Series::close, 5); },
        [](const Probe& v) { return v.gauge(GaugeKind::max_drawdown, {5}); },
        [](const Probe& v) { return static_cast<double>(v.session().high()); },
    };
    for (std::size_t i = 0; i < reads.size(); ++i) {
        EXPECT_FALSE(only_higher([&](const Probe& v) { return v.higher(60, close_above) + reads[i](v); })) << i;
    }
}

}  // namespace
}  // namespace foxml::features
