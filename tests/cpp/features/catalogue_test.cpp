// The catalogue is one consistent table, and a plan takes from it only what exists and has a meaning.
#include "features/catalogue.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/errors.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

constexpr std::int64_t kFive = 5 * kMinuteNs;

std::string refusal_of(const std::vector<std::string>& names, std::int64_t interval_ns) {
    try {
        const Plan plan(names, interval_ns);
    } catch (const InvalidInput& error) {
        return error.what();
    }
    return "";
}

TEST(CatalogueTest, EveryRowIsWholeAndItsOwn) {
    std::set<std::string_view> ids;
    std::set<std::string_view> names;
    std::set<std::string_view> groups;
    for (const FeatureInfo& feature : catalogue()) {
        EXPECT_TRUE(ids.insert(feature.id).second) << feature.id;
        EXPECT_TRUE(names.insert(feature.name).second) << feature.name;
        groups.insert(feature.group);
        EXPECT_FALSE(feature.formula.empty()) << feature.name;
        EXPECT_FALSE(feature.oracle.empty()) << feature.name;
        EXPECT_NE(feature.timeframes, 0U) << feature.name;
        EXPECT_EQ(feature.timeframes & ~kAnyTimeframe, 0U) << feature.name;
        EXPECT_EQ(find(feature.name), &feature);
    }
    EXPECT_EQ(groups, (std::set<std::string_view>{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J"}));
    EXPECT_GE(names.size(), 60U);
    EXPECT_EQ(find("no_such_feature"), nullptr);
}

TEST(CatalogueTest, GuaranteesFollowFromTheOperators) {
    const std::pair<const char*, Guarantee> expected[] = {
        {"ret_log_1", Guarantee::exact},        {"acf1_60", Guarantee::exact},
        {"tod_sin", Guarantee::exact},          {"sma20_dist_60m", Guarantee::exact},
        {"sess_vwap_dev", Guarantee::session},  {"prev_day_pos", Guarantee::session},
        {"rvol_tod", Guarantee::session},       {"rsi_14", Guarantee::measured},
        {"macd_signal_n", Guarantee::measured}, {"natr14_15m", Guarantee::measured},
        {"ewma_vol_94", Guarantee::measured}};
    for (const auto& [name, guarantee] : expected) {
        EXPECT_EQ(name_of(find(name)->guarantee), name_of(guarantee)) << name;
    }
}

TEST(CatalogueTest, EveryRowCanBePlannedWhereItHasAMeaningAndNowhereElse) {
    for (const FeatureInfo& feature : catalogue()) {
        for (const std::int64_t interval_ns : test::kIntervals) {
            const std::string refused = refusal_of({std::string(feature.name)}, interval_ns);
            if ((feature.timeframes & timeframe_bit(interval_ns)) != 0) {
                EXPECT_EQ(refused, "") << feature.name;
            } else {
                EXPECT_EQ(refused, "columns: feature '" + std::string(feature.name) + "' has no meaning on bars of " +
                                       std::to_string(interval_ns) + " ns");
            }
        }
    }
}

TEST(CatalogueTest, WarmUpsFollowFromTheOperators) {
    const std::pair<const char*, std::int64_t> expected[] = {{"kmid", 0},
                                                             {"gap", 1},
                                                             {"ret_log_20", 20},
                                                             {"ret_volscaled_20", 80},
                                                             {"sma_dist_20", 19},
                                                             {"stoch_slowd", 17},
                                                             {"aroon_up_25", 25},
                                                             {"ultosc", 28},
                                                             {"acf1_60", 61},
                                                             {"dd_240", 239},
                                                             {"macd_hist_n", 770},
                                                             {"min_since_open", 0},
                                                             {"sess_ret", 77},
                                                             {"overnight_gap", 78},
                                                             {"or30_pos", 77},
                                                             {"or30_width", 631},
                                                             {"sess_vwap_z", 77},
                                                             {"rvol_tod", 1637},
                                                             {"prev_day_pos", 155},
                                                             {"ret1_15m", 7},
                                                             {"sma20_dist_60m", 250},
                                                             {"natr14_15m", 1897},
                                                             {"macd_hist_n_60m", 9262}};
    for (const auto& [name, bars] : expected) {
        EXPECT_EQ(warmup_bars(*find(name), kFive), bars) << name;
    }
}

TEST(PlanTest, RefusesWithTheNameOfTheFeature) {
    EXPECT_EQ(refusal_of({"kmid", "rsi_15"}, kFive), "columns: unknown feature 'rsi_15'");
    EXPECT_EQ(refusal_of({"kmid", "klen", "kmid"}, kFive), "columns: 'kmid' is given twice");
    EXPECT_EQ(refusal_of({"kmid"}, 7 * kMinuteNs),
              "interval_ns must be that of 1m, 5m, 15m, 1h or 1d bars, not 420000000000");
}

TEST(PlanTest, SharesOperatorsAndTakesTheLongestWarmUp) {
    const Plan plan({"sma_dist_20", "bb_width_20", "sma_dist_50", "macd_n", "macd_hist_n"}, kFive);
    EXPECT_EQ(plan.feature_count(), 5U);
    EXPECT_EQ(plan.warmup_bars(), 770);
    EXPECT_EQ(plan.history_bars(), 771);
    EXPECT_EQ(plan.layout().prefix.stride(), 3U);  // close once, its square
    EXPECT_EQ(plan.layout().prefix.rows().rows_kept(), 51U);
    EXPECT_EQ(plan.layout().smoothings.slots().size(), 3U);
    EXPECT_EQ(plan.layout().extrema.stride(), 0U);
    EXPECT_TRUE(plan.higher_layouts().empty());
    EXPECT_EQ(Plan(std::vector<std::string>{}, kFive).warmup_bars(), 0);
}

}  // namespace
}  // namespace foxml::features
