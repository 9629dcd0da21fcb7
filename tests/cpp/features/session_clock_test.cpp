// The weekday's place on the circle is looked up: it must be what the formula says, to the bit, on any day.
#include <gtest/gtest.h>

#include <bit>

#include "core/numerics.hpp"
#include "features/view.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

TEST(SessionClockTest, EveryWeekdayHasItsPlace) {
    const auto plan = std::make_shared<const Plan>(std::vector<std::string>{"dow_sin", "dow_cos"}, 5 * kMinuteNs);
    Bar bar = test::random_bars({.bars = 1})[0];
    for (int day = -30; day < 30; ++day) {  // 1970-01-05 was a Monday
        bar.session_open_ns = (day + 4) * 1440 * kMinuteNs + 870 * kMinuteNs;
        bar.session_close_ns = bar.session_open_ns + kSessionNs;
        bar.close_ns = bar.session_open_ns + 5 * kMinuteNs;
        SymbolState state(plan, test::kCents);
        state.update(bar);
        double row[2];
        state.write_row(row);
        const double turn = static_cast<double>(2 * ((day + 700) % 7)) / 5.0;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(row[0]), std::bit_cast<std::uint64_t>(sin_pi(turn))) << day;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(row[1]), std::bit_cast<std::uint64_t>(cos_pi(turn))) << day;
    }
}

}  // namespace
}  // namespace foxml::features
