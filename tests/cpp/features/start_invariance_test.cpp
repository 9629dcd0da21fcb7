// A value does not depend on where the history began, once its declared warm-up is over, and needs no less than that.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <set>

#include "features/view.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

using test::Rows;
using test::Walk;

bool same_bits(double a, double b) { return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b); }

/// Cells of a late start that differ from the full history after the cell's own warm-up, by feature.
std::set<std::string> differing(const Plan& plan, const Rows& full, const Rows& late) {
    const std::size_t offset = full.size() - late.size();
    std::set<std::string> found;
    for (std::size_t i = 0; i < plan.feature_count(); ++i) {
        for (auto t = static_cast<std::size_t>(plan.entries()[i].warmup_bars); t < late.size(); ++t) {
            if (!same_bits(full[offset + t][i], late[t][i])) {
                found.insert(plan.names()[i]);
            }
        }
    }
    return found;
}

struct Case {
    std::int64_t interval_ns;
    int bars;
    std::vector<std::size_t> starts;
};

class StartInvarianceTest : public testing::TestWithParam<Case> {};

TEST_P(StartInvarianceTest, ExactAndSessionFeaturesOnAnyHistory) {
    // Flat stretches, absent bars, bars without volume or without a benchmark: what is proved holds there too.
    const auto& [interval_ns, bars, starts] = GetParam();
    std::vector<std::string> names;
    for (const std::string& name : test::names_on(interval_ns)) {
        if (find(name)->guarantee != Guarantee::measured) {
            names.push_back(name);
        }
    }
    const auto plan = std::make_shared<const Plan>(names, interval_ns);
    const int longer = bars + static_cast<int>(plan->warmup_bars());
    for (const double missing : {0.0, 0.3}) {
        const auto history = test::random_bars({.interval_ns = interval_ns,
                                                .bars = longer,
                                                .seed = 5,
                                                .missing = missing,
                                                .flat = 0.02,
                                                .quiet = 0.1,
                                                .no_benchmark = 0.002});
        const Rows full = test::rows_of(plan, history);
        for (const std::size_t start : starts) {
            EXPECT_EQ(differing(*plan, full, test::rows_of(plan, history, start)), std::set<std::string>{})
                << "start " << start << " missing " << missing;
        }
    }
}

TEST_P(StartInvarianceTest, MeasuredFeaturesOnAPlainWalk) {
    const auto& [interval_ns, bars, starts] = GetParam();
    const auto plan = test::plan_on(interval_ns);
    const int longer = bars + static_cast<int>(plan->warmup_bars());
    const auto history = test::random_bars({.interval_ns = interval_ns, .bars = longer, .seed = 6});
    const Rows full = test::rows_of(plan, history);
    for (const std::size_t start : starts) {
        EXPECT_EQ(differing(*plan, full, test::rows_of(plan, history, start)), std::set<std::string>{}) << start;
    }
}

INSTANTIATE_TEST_SUITE_P(Timeframes, StartInvarianceTest,
                         testing::Values(Case{kMinuteNs, 2400, {1, 17, 389, 390, 391, 700}},
                                         Case{5 * kMinuteNs, 1400, {1, 2, 3, 12, 77, 78, 79, 500}},
                                         Case{15 * kMinuteNs, 1000, {1, 2, 3, 4, 26, 27, 300}},
                                         Case{60 * kMinuteNs, 800, {1, 6, 7, 8, 250}},
                                         Case{1440 * kMinuteNs, 700, {1, 2, 5, 300}}));

/// The value of a feature at the last bar, warm or not.
double value_at_end(const std::shared_ptr<const Plan>& plan, const std::vector<Bar>& bars, std::size_t first,
                    std::size_t end) {
    SymbolState state(plan, test::kCents);
    for (std::size_t t = first; t < end; ++t) {
        state.update(bars[t]);
    }
    const FeatureInfo& feature = *plan->entries()[0].feature;
    return feature.finish(state.view(), feature.parameters.values());
}

TEST(WarmUpTest, NoWindowedFeatureIsRightOneBarEarlier) {
    // A warm-up that is longer than needed would throw rows away: among many starts, one bar less must show.
    const auto history = test::random_bars({.bars = 2600, .seed = 7, .flat = 0.02});
    for (const std::string& name : test::names_on(5 * kMinuteNs)) {
        const auto plan = std::make_shared<const Plan>(std::vector{name}, 5 * kMinuteNs);
        const auto& requirements = plan->requirements();
        const auto warmup = static_cast<std::size_t>(plan->warmup_bars());
        // Session and higher timeframes declare their worst start, recursive ones a settled one.
        if (warmup == 0 || requirements.session || !requirements.higher.empty() ||
            find(name)->guarantee == Guarantee::measured) {
            continue;
        }
        const Rows full = test::rows_of(plan, history);
        bool shows = false;
        for (std::size_t start = 300; !shows && start < 2300; ++start) {
            const std::size_t end = start + warmup;  // one bar less than the warm-up asks for
            shows = !same_bits(value_at_end(plan, history, start, end), full[end - 1][0]);
        }
        EXPECT_TRUE(shows) << name << " is declared to need " << warmup << " bars, and does with one less";
    }
}

TEST(WarmUpTest, TheFirstValidRowIsTheDeclaredOne) {
    for (const std::int64_t interval_ns : test::kIntervals) {
        const auto plan = test::plan_on(interval_ns);
        const auto history = test::random_bars(
            {.interval_ns = interval_ns, .bars = static_cast<int>(plan->warmup_bars()) + 1, .seed = 8});
        const Rows rows = test::rows_of(plan, history);
        for (std::size_t i = 0; i < plan->feature_count(); ++i) {
            std::int64_t first = 0;
            while (first < std::ssize(rows) && std::isnan(rows[static_cast<std::size_t>(first)][i])) {
                ++first;
            }
            EXPECT_EQ(first, plan->entries()[i].warmup_bars) << plan->names()[i] << " on " << interval_ns;
        }
    }
}

TEST(WarmUpTest, AnOutlierLeavesNoTraceOnceItIsOutOfTheWindow) {
    // A glitch of 10^12 shares and a fiftyfold price ruins running sums for good. Here both histories meet to the
    // bit.
    std::vector<std::string> names;
    for (const std::string& name : test::names_on(5 * kMinuteNs)) {
        if (find(name)->guarantee == Guarantee::exact) {
            names.push_back(name);
        }
    }
    const auto plan = std::make_shared<const Plan>(names, 5 * kMinuteNs);
    const auto history = test::random_bars({.bars = 1200, .seed = 9});
    const Rows plain = test::rows_of(plan, history);
    std::vector<bool> seen(plan->feature_count());
    // The close of an hour, so that higher timeframes see it, and of a falling bar. A pattern of candles needs some of
    // them before it shows or hides once.
    for (std::size_t glitch = 5 * 78 + 11; glitch < 5 * 78 + 78; glitch += 12) {
        if (history[glitch].close >= history[glitch - 1].close) {
            continue;
        }
        auto glitched = history;
        glitched[glitch].high *= 50.0;
        glitched[glitch].low /= 50.0;
        glitched[glitch].close = glitched[glitch].high;
        glitched[glitch].volume = 1e12;
        const Rows after = test::rows_of(plan, glitched);
        for (std::size_t i = 0; i < plan->feature_count(); ++i) {
            for (std::size_t t = glitch; t < history.size(); ++t) {
                const bool out_of_window = t > glitch + static_cast<std::size_t>(plan->entries()[i].warmup_bars);
                const bool same = same_bits(plain[t][i], after[t][i]);
                EXPECT_TRUE(same || !out_of_window) << plan->names()[i] << " at " << t - glitch;
                seen[i] = seen[i] || !same;
            }
        }
    }
    for (std::size_t i = 0; i < plan->feature_count(); ++i) {
        const bool of_the_clock = plan->names()[i].starts_with("min_") || plan->names()[i].starts_with("tod_") ||
                                  plan->names()[i].starts_with("dow_") || plan->names()[i].starts_with("grid_");
        EXPECT_EQ(seen[i], !of_the_clock) << plan->names()[i];
    }
}

}  // namespace
}  // namespace foxml::features
