// The state of a symbol: rows of plain bars checked by hand, bad bars refused, snapshots that go on with the same bits.
#include "features/symbol_state.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/errors.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

constexpr std::int64_t kFive = 5 * kMinuteNs;
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

std::vector<std::byte> saved(const SymbolState& state) {
    ByteWriter writer;
    state.save(writer);
    return {writer.bytes().begin(), writer.bytes().end()};
}

std::vector<std::uint32_t> row_bits(const SymbolState& state) {
    std::vector<float> row(state.plan().feature_count());
    state.write_row(row.data());
    std::vector<std::uint32_t> bits;
    for (const float value : row) {
        bits.push_back(std::bit_cast<std::uint32_t>(value));
    }
    return bits;
}

TEST(SymbolStateTest, OneFeatureAloneIsWhatItIsAmongAll) {
    // A plan runs only the operators that its features read; a read that the probe missed would show here.
    const auto history = test::random_bars({.bars = 2200, .seed = 2, .flat = 0.01, .quiet = 0.05});
    const auto all = test::plan_on(kFive);
    const test::Rows rows = test::rows_of(all, history);
    for (std::size_t i = 0; i < all->feature_count(); ++i) {
        const auto alone = std::make_shared<const Plan>(std::vector{all->names()[i]}, kFive);
        const test::Rows single = test::rows_of(alone, history);
        for (std::size_t t = 0; t < history.size(); ++t) {
            ASSERT_EQ(std::bit_cast<std::uint64_t>(single[t][0]), std::bit_cast<std::uint64_t>(rows[t][i]))
                << all->names()[i] << " at " << t;
        }
    }
}

TEST(SymbolStateTest, TheFloatRowIsTheDoubleRowRoundedOnce) {
    const auto plan = test::plan_on(kFive);
    SymbolState state(plan, test::kCents);
    for (const Bar& bar : test::random_bars({.bars = static_cast<int>(plan->history_bars())})) {
        state.update(bar);
    }
    ASSERT_TRUE(state.ready());
    std::vector<double> wide(plan->feature_count());
    std::vector<float> narrow(plan->feature_count());
    state.write_row(wide.data());
    state.write_row(narrow.data());
    for (std::size_t i = 0; i < wide.size(); ++i) {
        EXPECT_EQ(std::bit_cast<std::uint32_t>(narrow[i]), std::bit_cast<std::uint32_t>(static_cast<float>(wide[i])));
    }
}

TEST(SymbolStateTest, ReadyExactlyAfterTheWarmUp) {
    const auto plan = std::make_shared<const Plan>(std::vector<std::string>{"ret_log_5", "sma_dist_10"}, kFive);
    SymbolState state(plan, test::kCents);
    for (const Bar& bar : test::random_bars({.bars = 12})) {
        state.update(bar);
        EXPECT_EQ(state.ready(), state.bars_seen() > 9) << state.bars_seen();
    }
    state.reset();
    EXPECT_FALSE(state.ready());
    EXPECT_EQ(state.bars_seen(), 0);
}

TEST(SymbolStateTest, UndefinedIsNaNAndPassesWithTheWindow) {
    const auto plan = test::plan_on(kFive);
    SymbolState state(plan, test::kCents);
    const auto history = test::random_bars({.bars = 2400 + static_cast<int>(plan->history_bars()), .seed = 4});
    std::vector<double> row(plan->feature_count());
    const auto cell = [&](const char* name) {
        state.write_row(row.data());
        const auto names = plan->names();
        return row[static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin())];
    };
    for (std::size_t t = 0; t < 2000; ++t) {
        state.update(history[t]);
    }
    for (std::size_t t = 2000; t < 2070; ++t) {
        Bar flat = history[t];
        flat.open = flat.high = flat.low = flat.close = history[1999].close;
        flat.volume = 0.0;
        state.update(flat);
    }
    for (const char* name :
         {"kmid2",        "stochf_k14", "stoch_slowd",     "willr_28",         "bb_pctb_20",    "donch_pos_55",
          "rsq_20",       "er_10",      "er_60",           "sharpe_60",        "volume_z_60",   "vwap_dev_60",
          "obv_slope_20", "vsump_20",   "mfi_14",          "ultosc",           "cmo_plain_14",  "vortex_diff_14",
          "chop_14",      "acf1_60",    "vol_ratio_10_60", "semivol_ratio_60", "body_ratio_10", "ret_volscaled_5"}) {
        EXPECT_TRUE(std::isnan(cell(name))) << name << " = " << cell(name);
    }
    for (const char* name : {"vol_cc_60", "parkinson_20", "bb_width_20", "slope_60", "resi_60", "sma_dist_50"}) {
        EXPECT_EQ(cell(name), 0.0) << name;  // a value, and exactly this one
    }
    for (std::size_t t = 2070; t < history.size(); ++t) {
        state.update(history[t]);
    }
    state.write_row(row.data());
    for (std::size_t i = 0; i < row.size(); ++i) {
        EXPECT_TRUE(std::isfinite(row[i])) << plan->names()[i];
    }
}

TEST(SymbolStateTest, ABarThatCannotComeNextIsRefusedAndChangesNothing) {
    const auto plan = test::plan_on(kFive);
    SymbolState state(plan, test::kCents);
    EXPECT_EQ(state.refusal(test::random_bars({.bars = 1})[0]), nullptr);
    const auto history = test::random_bars({.bars = 100});
    for (std::size_t t = 0; t < 80; ++t) {
        state.update(history[t]);
    }
    const auto before = saved(state);
    const auto changed = [&](auto change) {
        Bar bar = history[80];
        change(bar);
        return bar;
    };
    const std::pair<const char*, Bar> refused[] = {
        {"time does not go forward", history[79]},
        {"time does not go forward", history[3]},
        {"the session's close has changed", changed([](Bar& bar) { bar.session_close_ns += 1; })},
        {"the session overlaps the one before", changed([](Bar& bar) { bar.session_open_ns -= 1; })},
        {"a price is not finite", changed([](Bar& bar) { bar.close = kNotANumber; })},
        {"high is below low", changed([](Bar& bar) { std::swap(bar.high, bar.low); })},
        {"volume is negative", changed([](Bar& bar) { bar.volume = -1.0; })},
    };
    for (const auto& [reason, bar] : refused) {
        EXPECT_STREQ(state.refusal(bar), reason);
    }
    EXPECT_EQ(saved(state), before);
    EXPECT_EQ(state.refusal(history[80]), nullptr);
}

TEST(SymbolStateTest, AScaleThatIsNoScaleIsRefused) {
    const auto plan = test::plan_on(kFive);
    for (const double bad : {0.0, -0.01, kNotANumber, std::numeric_limits<double>::infinity()}) {
        EXPECT_THROW(SymbolState(plan, {bad, 1.0}), InvalidInput);
        EXPECT_THROW(SymbolState(plan, {0.01, bad}), InvalidInput);
    }
}

class SnapshotTest : public testing::TestWithParam<std::int64_t> {};

TEST_P(SnapshotTest, GoesOnWithTheSameBits) {
    const std::int64_t interval_ns = GetParam();
    const auto plan = test::plan_on(interval_ns);
    const auto history = test::random_bars(
        {.interval_ns = interval_ns, .bars = 1500, .seed = 11, .missing = 0.1, .flat = 0.01, .quiet = 0.05});
    SymbolState state(plan, test::kCents);
    SymbolState restored(plan, test::kCents);
    std::mt19937_64 random(1);
    for (const Bar& bar : history) {
        if (random() % 40 == 0) {  // the first points come before any bar or within the first windows
            const auto bytes = saved(restored);
            SymbolState fresh(plan, test::kCents);
            fresh.update(history[7]);  // whatever it held is gone
            ByteReader reader(bytes);
            fresh.load(reader);
            EXPECT_EQ(reader.remaining(), 0U);
            restored = std::move(fresh);
        }
        state.update(bar);
        restored.update(bar);
        ASSERT_EQ(row_bits(restored), row_bits(state)) << state.bars_seen();
    }
    EXPECT_EQ(saved(restored), saved(state));
}

INSTANTIATE_TEST_SUITE_P(Timeframes, SnapshotTest, testing::ValuesIn(test::kIntervals));

TEST(SnapshotTest, ATruncatedOneIsRefusedAndChangesNothing) {
    const auto plan = test::plan_on(kFive);
    SymbolState state(plan, test::kCents);
    SymbolState other(plan, test::kCents);
    const auto history = test::random_bars({.bars = 300});
    for (const Bar& bar : history) {
        state.update(bar);
    }
    other.update(history[0]);
    const auto before = saved(other);
    const auto bytes = saved(state);
    for (std::size_t length = 0; length < bytes.size(); length += 1 + length / 7) {
        ByteReader reader(std::span<const std::byte>(bytes).first(length));
        EXPECT_THROW(other.load(reader), InvalidInput) << length;
    }
    EXPECT_EQ(saved(other), before);
}

TEST(SnapshotTest, OneThatCannotBeAStateIsRefused) {
    const auto plan = std::make_shared<const Plan>(std::vector<std::string>{"kmid"}, kFive);
    SymbolState state(plan, test::kCents);
    for (const Bar& bar : test::random_bars({.bars = 3})) {
        state.update(bar);
    }
    const auto bytes = saved(state);
    // Words of eight bytes: bars seen, 15 last returns, then the bar's three times and its prices from the open on.
    const std::pair<std::size_t, std::int64_t> tampered[] = {
        {0, -1}, {0, std::int64_t{1} << 50}, {1, std::int64_t{1} << 56}, {19, 0}, {20, 1}, {23, -1}};
    for (const auto& [word, value] : tampered) {
        auto changed = bytes;
        std::memcpy(changed.data() + 8 * word, &value, sizeof(value));
        ByteReader reader(changed);
        EXPECT_THROW(state.load(reader), InvalidInput) << word;
    }
    EXPECT_EQ(saved(state), bytes);
}

TEST(SnapshotTest, RebuildingFromTheKeptHistoryGivesTheSameRows) {
    const auto plan = test::plan_on(15 * kMinuteNs);
    const auto history =
        test::random_bars({.interval_ns = 15 * kMinuteNs, .bars = static_cast<int>(plan->history_bars()) + 400});
    const test::Rows full = test::rows_of(plan, history);
    const auto first = history.size() - static_cast<std::size_t>(plan->history_bars()) - 50;
    const test::Rows rebuilt = test::rows_of(plan, history, first);
    for (std::size_t t = history.size() - 51; t < history.size(); ++t) {
        ASSERT_EQ(std::memcmp(full[t].data(), rebuilt[t - first].data(), full[t].size() * sizeof(double)), 0) << t;
    }
}

}  // namespace
}  // namespace foxml::features
