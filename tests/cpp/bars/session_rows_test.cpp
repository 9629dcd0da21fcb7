// The one pass over sorted rows against a search of each row by itself, over drawn rows and sessions.
#include "bars/session_rows.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <random>
#include <vector>

namespace foxml::bars {
namespace {

constexpr std::int64_t kDay = 86'400'000'000'000;

struct Rows {
    std::vector<std::int64_t> start_ns;
    std::vector<double> ohlcv;
    std::vector<double> vwap;
    std::vector<std::int64_t> trade_count;
};

struct Bars {
    std::vector<std::int64_t> close_ns, open_ns, end_ns, trade_count;
    std::vector<double> ohlcv, vwap;
    std::vector<std::uint8_t> zero_volume;
    std::optional<Placed> placed;
};

struct Calendar {
    std::vector<std::int64_t> open_ns, close_ns;
    [[nodiscard]] Sessions sessions() const { return {open_ns, close_ns, open_ns.front(), close_ns.back()}; }
};

Bars place(const Rows& rows, const Calendar& calendar, std::int64_t interval_ns) {
    const std::size_t n = rows.start_ns.size();
    Bars bars{std::vector<std::int64_t>(n), std::vector<std::int64_t>(n),
              std::vector<std::int64_t>(n), std::vector<std::int64_t>(n),
              std::vector<double>(5 * n),   std::vector<double>(n),
              std::vector<std::uint8_t>(n), std::nullopt};
    const RowColumns in{n, rows.start_ns.data(), rows.ohlcv.data(), rows.vwap.data(), rows.trade_count.data()};
    const BarColumns out{bars.close_ns.data(), bars.open_ns.data(),     bars.end_ns.data(),     bars.ohlcv.data(),
                         bars.vwap.data(),     bars.trade_count.data(), bars.zero_volume.data()};
    bars.placed = place_rows(in, calendar.sessions(), interval_ns, out);
    return bars;
}

/// The session that a moment lies in, found by looking at all of them.
std::optional<std::size_t> session_of(const Calendar& calendar, std::int64_t moment_ns) {
    for (std::size_t s = 0; s < calendar.open_ns.size(); ++s) {
        if (calendar.open_ns[s] <= moment_ns && moment_ns < calendar.close_ns[s]) {
            return s;
        }
    }
    return std::nullopt;
}

Rows drawn_rows(std::mt19937_64& random, std::int64_t first_ns, std::int64_t step_ns, std::size_t count) {
    Rows rows;
    std::int64_t at = first_ns;
    for (std::size_t i = 0; i < count; ++i) {
        at += step_ns * static_cast<std::int64_t>(1 + random() % 4) + static_cast<std::int64_t>(random() % 8 == 0);
        rows.start_ns.push_back(at);
        const double low = 1.0 + static_cast<double>(random() % 100);
        for (const double value : {low + 1, low + 2, low, low + 1, static_cast<double>(random() % 3)}) {
            rows.ohlcv.push_back(value);
        }
        rows.vwap.push_back(static_cast<double>(i));
        rows.trade_count.push_back(static_cast<std::int64_t>(10 * i));
    }
    return rows;
}

TEST(SessionRowsTest, ARowAtATimeIsPlacedAlike) {
    std::mt19937_64 random(11);
    for (int round = 0; round < 300; ++round) {
        const std::int64_t interval = 1 + static_cast<std::int64_t>(random() % 60);
        Calendar calendar;
        std::int64_t at = static_cast<std::int64_t>(random() % 200) - 100;
        for (int s = 0; s < 6; ++s) {
            calendar.open_ns.push_back(at);
            at += 1 + static_cast<std::int64_t>(random() % 300);
            calendar.close_ns.push_back(at);
            at += static_cast<std::int64_t>(random() % 100);
        }
        const Rows rows = drawn_rows(random, calendar.open_ns[0] - 100, interval, 60);
        const Bars bars = place(rows, calendar, interval);
        std::size_t kept = 0, outside = 0, off_grid = 0, empty = 0;
        bool in_order = true;
        for (std::size_t i = 0; i < 60; ++i) {
            const std::int64_t start = rows.start_ns[i];
            empty += rows.ohlcv[5 * i + 4] == 0.0 ? 1 : 0;
            auto session = session_of(calendar, start);
            session = session ? session : session_of(calendar, start + interval - 1);
            if (!session) {
                ++outside;
                continue;
            }
            const std::int64_t open = calendar.open_ns[*session], end = calendar.close_ns[*session];
            if (start % interval != 0 && (start - open) % interval != 0) {
                ++off_grid;
                continue;
            }
            const std::int64_t close = std::min(start + interval, end);
            in_order = in_order && (kept == 0 || close > bars.close_ns[kept - 1]);
            if (!in_order) {
                break;
            }
            ASSERT_EQ(bars.close_ns[kept], close);
            ASSERT_EQ(bars.open_ns[kept], open);
            ASSERT_EQ(bars.end_ns[kept], end);
            ASSERT_TRUE(std::equal(rows.ohlcv.begin() + static_cast<std::ptrdiff_t>(5 * i),
                                   rows.ohlcv.begin() + static_cast<std::ptrdiff_t>(5 * i + 5),
                                   bars.ohlcv.begin() + static_cast<std::ptrdiff_t>(5 * kept)));
            ASSERT_EQ(bars.vwap[kept], rows.vwap[i]);
            ASSERT_EQ(bars.trade_count[kept], rows.trade_count[i]);
            ASSERT_EQ(bars.zero_volume[kept], rows.ohlcv[5 * i + 4] == 0.0 ? 1 : 0);
            ++kept;
        }
        ASSERT_EQ(bars.placed.has_value(), in_order);
        if (in_order) {
            ASSERT_EQ(bars.placed->bars, kept);
            ASSERT_EQ(bars.placed->outside, outside);
            ASSERT_EQ(bars.placed->off_grid, off_grid);
            ASSERT_EQ(bars.placed->zero_volume, empty);
        }
    }
}

TEST(SessionRowsTest, AnythingWrongWithARowRefusesAll) {
    const Calendar calendar{{0}, {1'000}};
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    const Rows good{{10, 20}, {2, 3, 1, 2, 5, 2, 3, 1, 2, 0}, {1, 1}, {1, 1}};
    ASSERT_TRUE(place(good, calendar, 10).placed.has_value());
    const std::vector<std::pair<std::size_t, double>> changes = {
        {5, 0.5},  {5, 3.5},  {6, 1.5},  {7, 2.5},  {8, 0.5},  {8, 3.5},  {7, 0.0},       {7, -1.0},
        {9, -1.0}, {5, kNaN}, {6, kNaN}, {7, kNaN}, {8, kNaN}, {9, kNaN}, {6, kInfinity}, {9, kInfinity}};
    for (const auto& [place_of, value] : changes) {
        Rows rows = good;
        rows.ohlcv[place_of] = value;
        EXPECT_FALSE(place(rows, calendar, 10).placed.has_value()) << place_of << " " << value;
    }
    for (const std::int64_t start : {std::int64_t{10}, std::int64_t{0}, kDay + 1'001, -kDay - 1}) {
        Rows rows = good;
        rows.start_ns[1] = start;
        EXPECT_FALSE(place(rows, calendar, 10).placed.has_value()) << start;
    }
}

TEST(SessionRowsTest, ABarThatReachesIntoTheSessionIsItsFirst) {
    const Calendar calendar{{30}, {95}};
    const Rows rows{{0, 60, 120}, {2, 3, 1, 2, 5, 2, 3, 1, 2, 5, 2, 3, 1, 2, 5}, {1, 2, 3}, {1, 2, 3}};
    const Bars bars = place(rows, calendar, 60);
    ASSERT_TRUE(bars.placed.has_value());
    EXPECT_EQ(bars.placed->bars, 2U);
    EXPECT_EQ(bars.close_ns[0], 60);
    EXPECT_EQ(bars.close_ns[1], 95);
    EXPECT_EQ(bars.placed->outside, 1U);
}

TEST(SessionRowsTest, DaysBeginWhereTheDateChanges) {
    EXPECT_TRUE(day_starts({}).empty());
    const std::vector<std::int64_t> times = {-kDay - 1, -kDay, -1, 0, kDay - 1, kDay, 5 * kDay, 5 * kDay + 7, kDay};
    EXPECT_EQ(day_starts(times), (std::vector<std::int64_t>{0, 1, 3, 5, 6, 8}));
    const std::vector<std::int64_t> ends = {std::numeric_limits<std::int64_t>::min(),
                                            std::numeric_limits<std::int64_t>::max()};
    EXPECT_EQ(day_starts(ends), (std::vector<std::int64_t>{0, 1}));
}

}  // namespace
}  // namespace foxml::bars
