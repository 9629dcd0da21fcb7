// A session counts only when it was seen from its open, and the session before is remembered as it was.
#include "features/session.hpp"

#include <gtest/gtest.h>

#include "walks.hpp"

namespace foxml::features {
namespace {

constexpr std::int64_t kInterval = 5 * kMinuteNs;
constexpr std::int64_t kOpen = 100 * kSessionNs;
constexpr std::int64_t kClose = kOpen + kSessionNs;
constexpr std::int64_t kNextOpen = kClose + kSessionNs;

IntegerBar bar_at(std::int64_t open_ns, int place, std::int64_t price, std::int64_t volume = 1) {
    return {open_ns + place * kInterval, open_ns, open_ns + kSessionNs, price, price + 2, price - 2, price + 1, volume};
}

TEST(SessionTest, AStartAtTheOpenIsSeenFromTheOpen) {
    Session session;
    session.update(bar_at(kOpen, 1, 100, 3), kInterval);
    session.update(bar_at(kOpen, 2, 110, 5), kInterval);
    EXPECT_TRUE(session.from_open());
    EXPECT_FALSE(session.has_prior());
    EXPECT_EQ(session.first_open(), 100);
    EXPECT_EQ(session.high(), 112);
    EXPECT_EQ(session.low(), 98);
    EXPECT_EQ(session.volume(), 8);
    EXPECT_TRUE(session.typical_volume() == 3 * 301 + 5 * 331);
}

TEST(SessionTest, AStartInTheMiddleIsNot) {
    Session session;
    session.update(bar_at(kOpen, 2, 100), kInterval);
    EXPECT_FALSE(session.from_open());
    session.update(bar_at(kNextOpen, 3, 120), kInterval);  // its first two bars are missing, not unseen
    EXPECT_TRUE(session.from_open());
    EXPECT_EQ(session.first_open(), 120);
    EXPECT_TRUE(session.has_prior());
    EXPECT_EQ(session.prior_close(), 101);
    EXPECT_FALSE(session.prior_from_open());
}

TEST(SessionTest, TheSessionBeforeIsRemembered) {
    Session session;
    session.update(bar_at(kOpen, 1, 100), kInterval);
    session.update(bar_at(kOpen, 2, 90), kInterval);
    session.update(bar_at(kNextOpen, 1, 200, 4), kInterval);
    session.update(bar_at(kNextOpen, 2, 300, 4), kInterval);
    EXPECT_TRUE(session.prior_from_open());
    EXPECT_EQ(session.prior_high(), 102);
    EXPECT_EQ(session.prior_low(), 88);
    EXPECT_EQ(session.prior_close(), 91);
    EXPECT_EQ(session.volume(), 8);
}

TEST(SessionTest, BarsOfARegularSession) {
    EXPECT_EQ(session_bars(kMinuteNs), 390);
    EXPECT_EQ(session_bars(60 * kMinuteNs), 7);  // the last one is half an hour
    EXPECT_EQ(session_bars(1440 * kMinuteNs), 1);
}

}  // namespace
}  // namespace foxml::features
