// Slices and histories set a symbol beside its benchmark in the same way, through absent bars and corporate actions.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/errors.hpp"
#include "engine/batch.hpp"
#include "engine/engine.hpp"
#include "market.hpp"

namespace foxml::engine {
namespace {

constexpr std::size_t kBenchmark = 1;
constexpr std::size_t kBars = 400;
constexpr std::size_t kSplitBefore = 250;

std::shared_ptr<const features::Plan> benchmark_plan() {
    return std::make_shared<const features::Plan>(
        std::vector<std::string>{"beta_60", "corr_bm_60", "idio_vol_60", "resid_ret_1", "resid_mom_20", "ret_log_1"},
        5 * kMinuteNs);
}

bool benchmark_absent(std::size_t t) { return t == 40 || t == 260; }
bool symbol_absent(std::size_t t) { return t == 30 || t == 180 || t == 249 || t == 250; }

/// Prices of the benchmark halve at a split, as raw prices do.
void split(Market& market) {
    for (std::size_t t = kSplitBefore; t < kBars; ++t) {
        features::Bar& bar = market.bar(kBenchmark, t);
        bar.open /= 2;
        bar.high /= 2;
        bar.low /= 2;
        bar.close /= 2;
    }
}

/// Rows of symbol 0 from slices, in the order of its bars.
std::vector<std::vector<std::uint32_t>> streamed(Market& market, Engine& engine) {
    const std::size_t width = engine.feature_count();
    std::vector<std::vector<std::uint32_t>> rows;
    for (std::size_t t = 0; t < kBars; ++t) {
        if (t == kSplitBefore) {
            engine.adjust(kBenchmark, 0.5, 2.0);
        }
        const Slice slice = market.slice(t);
        market.present()[0] = symbol_absent(t) ? 0 : 1;
        market.present()[kBenchmark] = benchmark_absent(t) ? 0 : 1;
        const Answer found = answer(engine, slice);
        if (!symbol_absent(t)) {
            rows.emplace_back(found.rows.begin(), found.rows.begin() + static_cast<std::ptrdiff_t>(width));
        }
    }
    return rows;
}

TEST(BenchmarkTest, HistoriesEqualSlices) {
    Market market(2, kBars);
    split(market);
    const auto plan = benchmark_plan();
    Engine engine(plan, {kScale, kScale}, {}, "test", kBenchmark);
    const auto rows = streamed(market, engine);

    std::vector<std::int64_t> times[3];
    std::vector<double> ohlcv;
    std::vector<double> benchmark_close;
    std::size_t before_bar = 0;
    for (std::size_t t = 0; t < kBars; ++t) {
        before_bar = t == kSplitBefore ? benchmark_close.size() : before_bar;
        if (!symbol_absent(t)) {
            const features::Bar& bar = market.bar(0, t);
            times[0].push_back(bar.close_ns);
            times[1].push_back(bar.session_open_ns);
            times[2].push_back(bar.session_close_ns);
            ohlcv.insert(ohlcv.end(), {bar.open, bar.high, bar.low, bar.close, bar.volume});
            benchmark_close.push_back(benchmark_absent(t) ? 0.0 : market.bar(kBenchmark, t).close);
        }
    }
    const std::size_t count = benchmark_close.size();
    const std::size_t width = plan->feature_count();
    std::vector<float> values(count * width);
    std::vector<std::uint8_t> ready(count);
    run_batch(plan, kScale,
              {count, times[0].data(), times[1].data(), times[2].data(), ohlcv.data(), benchmark_close.data()},
              {{before_bar, 0.5, 2.0, true}}, values.data(), ready.data());
    int defined = 0;
    for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t i = 0; i < width; ++i) {
            ASSERT_EQ(std::bit_cast<std::uint32_t>(values[t * width + i]), rows[t][i]) << plan->names()[i] << " " << t;
            defined += std::isnan(values[t * width + i]) ? 0 : 1;
        }
    }
    EXPECT_GT(defined, 600);
}

TEST(BenchmarkTest, ASplitOfTheBenchmarkIsNoMove) {
    // With the action told nothing shows but rounding; untold, a fall by half does.
    Market whole(2, kBars);
    Market halved(2, kBars);
    split(halved);
    const auto plan = benchmark_plan();
    Engine calm(plan, {kScale, kScale}, {}, "test", kBenchmark);
    Engine told(plan, {kScale, kScale}, {}, "test", kBenchmark);
    std::vector<std::vector<std::uint32_t>> expected;
    {
        Engine& engine = calm;
        for (std::size_t t = 0; t < kBars; ++t) {
            expected.push_back(answer(engine, whole.slice(t)).rows);
        }
    }
    for (std::size_t t = 0; t < kBars; ++t) {
        if (t == kSplitBefore) {
            told.adjust(kBenchmark, 0.5, 2.0);
        }
        const auto rows = answer(told, halved.slice(t)).rows;
        for (std::size_t i = 0; i < plan->feature_count(); ++i) {
            const auto a = std::bit_cast<float>(expected[t][i]);
            const auto b = std::bit_cast<float>(rows[i]);
            ASSERT_TRUE(std::isnan(a) == std::isnan(b)) << plan->names()[i] << " " << t;
            if (!std::isnan(a)) {
                ASSERT_NEAR(a, b, 1e-5 * std::max(1.0F, std::fabs(a))) << plan->names()[i] << " " << t;
            }
        }
    }
}

TEST(BenchmarkTest, IsAskedForByName) {
    const auto plan = benchmark_plan();
    EXPECT_THROW(Engine(plan, {kScale}, {}, "test"), InvalidInput);
    EXPECT_THROW(Engine(plan, {kScale}, {}, "test", 1), InvalidInput);
}

}  // namespace
}  // namespace foxml::engine
