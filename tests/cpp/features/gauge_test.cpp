// Gauges refuse bytes that cannot be their state, and come back from a snapshot as they were.
#include "features/gauge.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "walks.hpp"

namespace foxml::features {
namespace {

constexpr GaugeContext kContext{5 * kMinuteNs, test::kCents};

/// A count, then values: what every gauge of a window saves.
template <typename Value>
std::vector<std::byte> counted(std::uint64_t count, Value value) {
    ByteWriter writer;
    writer.put(count);
    writer.put(value);
    return {writer.bytes().begin(), writer.bytes().end()};
}

struct Refused {
    const char* why;
    GaugeSpec spec;
    std::vector<std::byte> bytes;
};

TEST(GaugeTest, AStateThatCannotBeIsRefused) {
    // Whoever trusts such bytes reads beyond a window, divides by 0 or never gets rid of a NaN.
    const Refused table[] = {
        {"more closes than bars", {GaugeKind::max_drawdown, {4}}, counted(5, std::int64_t{100})},
        {"a close of nothing", {GaugeKind::max_drawdown, {4}}, counted(1, std::int64_t{0})},
        {"a close beyond all prices", {GaugeKind::max_drawdown, {4}}, counted(1, kUnitsMax)},
        {"a count that wraps", {GaugeKind::close_order, {4}}, counted(~0ULL, std::int64_t{100})},
        {"values that are not there", {GaugeKind::close_order, {4}}, counted(2, std::int64_t{100})},
        {"a close of less than nothing", {GaugeKind::close_rank, {4}}, counted(1, std::int64_t{-1})},
        {"a rise above the high", {GaugeKind::ulcer, {4, 4}}, counted(1, std::int64_t{-1})},
        {"a fall below nothing", {GaugeKind::ulcer, {4, 4}}, counted(1, (std::int64_t{1} << 56) + 1)},
        {"a ninth bin", {GaugeKind::histogram_entropy, {4}}, counted(1, std::uint8_t{8})},
        {"a return of no bar", {GaugeKind::moments, {4}}, counted(1, std::int64_t{1} << 60)},
        {"a residual that is no number",
         {GaugeKind::residual_momentum, {4, 4}},
         counted(1, std::numeric_limits<double>::quiet_NaN())},
    };
    for (const auto& [why, spec, bytes] : table) {
        const auto gauge = make_gauge(spec, kContext);
        ByteReader reader(bytes);
        EXPECT_THROW(gauge->load(reader), InvalidInput) << why;
    }
}

TEST(GaugeTest, AWindowHasNoValueBeforeItIsFull) {
    // A start without history is not a window of what there is.
    const GaugeSpec specs[] = {
        {GaugeKind::max_drawdown, {4}},        {GaugeKind::close_order, {4}},  {GaugeKind::ulcer, {4, 4}},
        {GaugeKind::histogram_entropy, {4}},   {GaugeKind::moments, {4}},      {GaugeKind::residual_momentum, {4, 4}},
        {GaugeKind::volatility_rank, {4, 20}}, {GaugeKind::return_order, {4}}, {GaugeKind::close_rank, {4}}};
    for (const GaugeSpec& spec : specs) {
        const auto gauge = make_gauge(spec, kContext);
        EXPECT_TRUE(std::isnan(gauge->value(0))) << static_cast<int>(spec.kind);
        EXPECT_GT(gauge->bytes(), 4U);
    }
}

}  // namespace
}  // namespace foxml::features
