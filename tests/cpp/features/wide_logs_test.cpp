// Logarithms that go from one end of what a bar may be to the other, over the longest windows that they are allowed: a
// variance that wraps would be no number, or a wrong one.
#include <gtest/gtest.h>

#include <cmath>

#include "recomputed.hpp"

namespace foxml::features {
namespace {

using test::expect_recomputed;

constexpr int kBars = 1000;

Bar bar_at(int t, double open, double close, double volume) {
    const std::int64_t close_ns = (t + 1) * 5 * kMinuteNs;
    return {close_ns, 0, kBars * 5 * kMinuteNs, open, std::fmax(open, close), std::fmin(open, close), close, volume};
}

TEST(WideLogsTest, VolumeComesAndGoes) {
    // Half of the window on either side: the largest variance that there is.
    std::vector<Bar> bars;
    for (int t = 0; t < kBars; ++t) {
        bars.push_back(bar_at(t, 10.0, 10.0, t % 2 == 0 ? 0.0 : 1.0995e12));
    }
    const long double n = kWideLogsMax;
    expect_recomputed("volume_z_20", {{"w", kWideLogsMax}}, bars,
                      [n](std::size_t t) { return (t % 2 == 0 ? -1.0L : 1.0L) * std::sqrt((n - 1.0L) / n); });
}

TEST(WideLogsTest, BodiesGoUpAndDown) {
    // Each bar opens 4096 times away from the close before it and closes as far away on its other side.
    std::vector<Bar> bars;
    for (int t = 0; t < kBars; ++t) {
        bars.push_back(t % 2 == 0 ? bar_at(t, 0.01, 0x1p24 / 100, 1.0) : bar_at(t, 0x1p36 / 100, 0x1p12 / 100, 1.0));
    }
    const long double n = kWideLogsMax;
    const long double k = 0.34L / (1.34L + (n + 1) / (n - 1));
    const long double move = std::log(4096.0L);
    expect_recomputed("yz_20", {{"w", kWideLogsMax}}, bars,
                      [&](std::size_t) { return move * std::sqrt(n / (n - 1) * (1.0L + 4.0L * k)); });
}

TEST(WideLogsTest, LongerWindowsAreNoParameter) {
    // Twice as long a window would wrap.
    using Columns = std::vector<Plan::Column>;
    for (const char* const name : {"volume_z_20", "corr_c_v_20", "yz_20", "volz20_15m"}) {
        EXPECT_THROW(Plan(Columns{{name, name, {{"w", kWideLogsMax + 1}}}}, 5 * kMinuteNs), InvalidInput) << name;
    }
}

}  // namespace
}  // namespace foxml::features
