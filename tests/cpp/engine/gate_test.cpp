// What a gate lets pass no state may refuse, or a wrong bar would be taken in; what is usual must pass, or it is of no
// use.
#include "engine/gate.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>
#include <vector>

#include "engine/track.hpp"
#include "market.hpp"

namespace foxml::engine {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Eight symbols that had their first bar at one moment.
class GateTest : public testing::Test {
   protected:
    GateTest() {
        tracks_.reserve(Gate::kLanes);
        for (std::size_t lane = 0; lane < Gate::kLanes; ++lane) {
            const features::Scale scale{lane % 2 == 0 ? 0.01 : 1e-6, 1.0};
            tracks_.emplace_back(exact_plan(), scale);
            gate_.set_scale(lane, scale);
            tracks_[lane].update(bar(kFirst, kQuiet), kFirst.benchmark_close);
            states_[lane] = &tracks_[lane].state();
        }
        gate_.note(kFirst, states_);
    }

    using Row = std::array<double, 5>;

    static features::Bar bar(const Moment& moment, const Row& row) {
        return {moment.close_ns, moment.session_open_ns, moment.session_close_ns, row[0], row[1], row[2], row[3],
                row[4]};
    }

    bool passes(const Moment& moment, const std::array<Row, Gate::kLanes>& rows) const {
        return gate_.follows(moment) && gate_.passes(rows[0].data());
    }
    bool refused(const Moment& moment, const std::array<Row, Gate::kLanes>& rows) const {
        for (std::size_t lane = 0; lane < Gate::kLanes; ++lane) {
            const features::Bar next = tracks_[lane].beside_benchmark(bar(moment, rows[lane]), moment.benchmark_close);
            if (tracks_[lane].refusal(next) != nullptr) {
                return true;
            }
        }
        return false;
    }

    static constexpr std::int64_t kClose = kFirstOpenNs + 78 * 5 * kMinuteNs;
    static constexpr Moment kFirst{kFirstOpenNs + 5 * kMinuteNs, kFirstOpenNs, kClose, 400.0};
    static constexpr Moment kNext{kFirstOpenNs + 10 * kMinuteNs, kFirstOpenNs, kClose, 401.0};
    static constexpr Row kQuiet{50.0, 51.0, 49.0, 50.5, 1000.0};

    Gate gate_;
    std::vector<Track> tracks_;
    std::array<const features::SymbolState*, Gate::kLanes> states_;
    std::array<Row, Gate::kLanes> quiet_ = [] {
        std::array<Row, Gate::kLanes> rows;
        rows.fill(kQuiet);
        return rows;
    }();
};

TEST_F(GateTest, LetsUsualBarsPass) {
    EXPECT_TRUE(passes(kNext, quiet_));
    Moment tomorrow = kNext;
    for (std::int64_t* const time : {&tomorrow.close_ns, &tomorrow.session_open_ns, &tomorrow.session_close_ns}) {
        *time += 24 * 60 * kMinuteNs;
    }
    EXPECT_TRUE(passes(tomorrow, quiet_));
    Moment without_benchmark = kNext;
    without_benchmark.benchmark_close = 0.0;
    EXPECT_TRUE(passes(without_benchmark, quiet_));
}

TEST_F(GateTest, ANumberThatIsRefusedInOneLaneDoesNotPass) {
    const double numbers[] = {kNaN, kInfinity, -kInfinity, -1.0, 0.0,    1e-9, 0.004, 48.0,
                              50.0, 52.0,      3e5,        1e7,  1.2e10, 1e13, 1e300};
    int passed = 0;
    int kept_out = 0;
    for (std::size_t lane = 0; lane < Gate::kLanes; ++lane) {
        for (std::size_t place = 0; place < 5; ++place) {
            for (const double number : numbers) {
                auto rows = quiet_;
                rows[lane][place] = number;
                ASSERT_EQ(passes(kNext, rows), !refused(kNext, rows)) << lane << " " << place << " " << number;
                ++(passes(kNext, rows) ? passed : kept_out);
            }
            for (const double factor : {1.0 / 5000.0, 1.0 / 4000.0, 4000.0, 5000.0}) {  // all prices together
                auto rows = quiet_;
                for (std::size_t price = 0; price < 4; ++price) {
                    rows[lane][price] *= factor;
                }
                ASSERT_EQ(passes(kNext, rows), !refused(kNext, rows)) << lane << " " << factor;
            }
        }
    }
    EXPECT_GT(passed, 50);
    EXPECT_GT(kept_out, 300);
}

TEST_F(GateTest, AMomentThatIsRefusedDoesNotPass) {
    const std::int64_t steps[] = {-24 * 60 * kMinuteNs, -5 * kMinuteNs,     -1, 0, 1, 5 * kMinuteNs,
                                  78 * 5 * kMinuteNs,   24 * 60 * kMinuteNs};
    int passed = 0;
    for (const std::int64_t close : steps) {
        for (const std::int64_t session_open : steps) {
            for (const std::int64_t session_close : steps) {
                const Moment moment{kNext.close_ns + close, kNext.session_open_ns + session_open,
                                    kNext.session_close_ns + session_close, 0.0};
                ASSERT_EQ(passes(moment, quiet_), !refused(moment, quiet_))
                    << close << " " << session_open << " " << session_close;
                passed += passes(moment, quiet_) ? 1 : 0;
            }
        }
    }
    EXPECT_GT(passed, 3);
    for (const double benchmark : {kInfinity, -kInfinity, kNaN, -1.0, 1e-300, 1e300}) {
        Moment moment = kNext;
        moment.benchmark_close = benchmark;
        ASSERT_EQ(passes(moment, quiet_), !refused(moment, quiet_)) << benchmark;
    }
}

TEST_F(GateTest, LetsNothingPassOnceShut) {
    gate_.shut();
    EXPECT_FALSE(passes(kNext, quiet_));
    gate_.note(kFirst, states_);
    EXPECT_TRUE(passes(kNext, quiet_));
}

}  // namespace
}  // namespace foxml::engine
