// Eight symbols side by side have the rows that each would have alone, to the bit, on every path of instructions.
#include "features/block.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <memory>
#include <string>
#include <vector>

#include "walks.hpp"

namespace foxml::features {
namespace {

using Floats = std::vector<float>;

/// A block and, beside it, the same symbols each by itself.
class Twins {
   public:
    Twins(const std::shared_ptr<const Plan>& plan, Isa isa) : plan_(plan), block_(plan, isa) {
        states_.reserve(kBlockLanes);
        alone_.reserve(kBlockLanes);
        for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
            // Not all symbols have the same constants.
            const Scale scale{lane % 2 == 0 ? 0.01 : 1e-6, lane % 3 == 0 ? 1.0 : 0.5};
            states_.emplace_back(plan, scale, block_.rings(), lane);
            alone_.emplace_back(plan, scale);
            block_.hold(lane, states_[lane]);
        }
    }

    void update(std::size_t lane, const Bar& bar) {
        states_[lane].update(bar);
        alone_[lane].update(bar);
    }

    /// A bar of every symbol at once.
    void update_all(const std::vector<std::vector<Bar>>& all, std::size_t t) {
        std::array<Bar, kBlockLanes> bars;
        for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
            bars[lane] = all[lane][t];
            alone_[lane].update(bars[lane]);
        }
        block_.update(bars);
    }

    [[nodiscard]] bool ready() const {
        return std::all_of(alone_.begin(), alone_.end(), [](const SymbolState& state) { return state.ready(); });
    }

    /// Cells that differ between the block and the symbols alone, by name.
    [[nodiscard]] std::vector<std::string> differing() {
        const std::size_t width = plan_->feature_count();
        Floats together(kBlockLanes * width);
        block_.write_rows(together.data(), width);
        std::vector<std::string> found;
        Floats row(width);
        for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
            alone_[lane].write_row(row.data());
            for (std::size_t i = 0; i < width; ++i) {
                if (std::bit_cast<std::uint32_t>(row[i]) != std::bit_cast<std::uint32_t>(together[lane * width + i])) {
                    found.push_back(plan_->names()[i] + " of lane " + std::to_string(lane));
                }
            }
        }
        return found;
    }

    Block& block() { return block_; }
    SymbolState& state(std::size_t lane) { return states_[lane]; }

   private:
    std::shared_ptr<const Plan> plan_;
    Block block_;
    std::vector<SymbolState> states_;
    std::vector<SymbolState> alone_;
};

std::vector<std::vector<Bar>> histories(std::int64_t interval_ns, int bars, double missing) {
    std::vector<std::vector<Bar>> all;
    for (std::uint64_t lane = 0; lane < kBlockLanes; ++lane) {
        all.push_back(test::random_bars({.interval_ns = interval_ns,
                                         .bars = bars,
                                         .seed = 100 + lane,
                                         .missing = missing,
                                         .flat = 0.02,
                                         .quiet = 0.05,
                                         .no_benchmark = 0.0005}));
    }
    return all;
}

class BlockTest : public testing::TestWithParam<Isa> {
   protected:
    void SetUp() override {
        if (GetParam() > widest_isa()) {
            GTEST_SKIP() << "this machine has no " << name_of(GetParam());
        }
    }
};

TEST_P(BlockTest, EveryFeatureOfEverySymbolIsTheOneOfTheSymbolAlone) {
    for (const std::int64_t interval_ns : {5 * kMinuteNs, 1440 * kMinuteNs}) {
        const auto plan = test::plan_on(interval_ns);
        Twins twins(plan, GetParam());
        const int bars = static_cast<int>(plan->warmup_bars()) + 300;
        const auto all = histories(interval_ns, bars, 0.0);
        int compared = 0;
        for (std::size_t t = 0; t < static_cast<std::size_t>(bars); ++t) {
            twins.update_all(all, t);
            ASSERT_TRUE(twins.block().aligned());
            if (twins.ready()) {
                ASSERT_EQ(twins.differing(), std::vector<std::string>{}) << t;
                ++compared;
            }
        }
        EXPECT_EQ(compared, 300);
    }
}

TEST_P(BlockTest, SymbolsThatMissBarsAreAlignedAgain) {
    std::vector<std::string> names;
    for (const std::string& name : test::names_on(5 * kMinuteNs)) {
        if (warmup_bars(*find(name), 5 * kMinuteNs) <= 700) {
            names.push_back(name);
        }
    }
    const auto plan = std::make_shared<const Plan>(names, 5 * kMinuteNs);
    Twins twins(plan, GetParam());
    const auto all = histories(5 * kMinuteNs, 1300, 0.0);
    int apart = 0;
    int together = 0;
    for (std::size_t t = 0; t < 1300; ++t) {
        const auto absent = [t](std::size_t lane) { return t < 1000 && (t * 7 + lane * 13) % 101 == 0; };
        bool all_present = true;
        for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
            all_present = all_present && !absent(lane);
        }
        if (all_present) {
            twins.update_all(all, t);
        } else {
            for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
                if (!absent(lane)) {
                    twins.update(lane, all[lane][t]);
                }
            }
        }
        apart += twins.block().aligned() ? 0 : 1;
        if (t < 900 && t % 10 == 0) {
            twins.block().align();
            ASSERT_TRUE(twins.block().aligned());
            ++together;
        }
        if (twins.ready()) {
            ASSERT_EQ(twins.differing(), std::vector<std::string>{}) << t;
        }
    }
    EXPECT_GT(apart, 100);
    EXPECT_EQ(together, 90);
    // Left alone they were aligned again, where anything is done together.
    EXPECT_EQ(twins.block().aligned(), GetParam() != Isa::scalar);
}

TEST_P(BlockTest, ASnapshotKnowsNothingOfTheBlock) {
    const auto plan = std::make_shared<const Plan>(
        std::vector<std::string>{"ret_log_20", "bb_width_20", "willr_28", "rsi_7", "rank_60", "sess_ret"},
        5 * kMinuteNs);
    Twins twins(plan, GetParam());
    const auto all = histories(5 * kMinuteNs, 500, 0.0);
    for (std::size_t t = 0; t < 500; ++t) {
        if (t == 450) {
            ByteWriter writer;
            twins.state(3).save(writer);
            SymbolState alone(plan, twins.state(3).scale());
            ByteReader reader(writer.bytes());
            alone.load(reader);
            ByteWriter again;
            alone.save(again);
            EXPECT_TRUE(std::ranges::equal(writer.bytes(), again.bytes()));
            ByteReader back(again.bytes());
            twins.state(3).load(back);
            twins.block().align();
        }
        twins.update_all(all, t);
        if (twins.ready()) {
            ASSERT_EQ(twins.differing(), std::vector<std::string>{}) << t;
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Paths, BlockTest, testing::Values(Isa::scalar, Isa::avx2, Isa::avx512),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace foxml::features
