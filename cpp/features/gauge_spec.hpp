#pragma once

#include <cstdint>

#include "features/params.hpp"

namespace foxml::features {

/// What is kept by gauges.
enum class GaugeKind : std::uint8_t {
    // averages, oscillators and bands that are state machines
    kama,
    psar,
    supertrend,
    stochastic_rsi,
    // volatility and volume
    volatility_of_volatility,
    bulk_volume,
    kyle,
    weighted_volume,
    return_volume_correlation,
    grid_presence,
    // statistics
    moments,
    close_order,
    close_rank,
    return_order,
    volatility_rank,
    histogram_entropy,
    max_drawdown,
    ulcer,
    residual_momentum,
    // sessions
    opening_range,
    session_vwap,
    volume_by_time,
};

/// Which gauge, and over what: its identity within a plan.
struct GaugeSpec {
    GaugeKind kind;
    Params params;

    bool operator==(const GaugeSpec&) const = default;

    static constexpr int kKeyBits = 12;  ///< of a parameter

    /// Each gauge's own, where it has one.
    [[nodiscard]] constexpr std::uint64_t key() const noexcept {
        const auto bits = [](int value) { return static_cast<std::uint64_t>(static_cast<std::uint32_t>(value)); };
        return static_cast<std::uint64_t>(kind) << 4 * kKeyBits | bits(params.a) << 3 * kKeyBits |
               bits(params.b) << 2 * kKeyBits | bits(params.c) << kKeyBits | bits(params.d);
    }
    [[nodiscard]] constexpr bool has_key() const noexcept {
        const auto fits = [](int value) { return value >= 0 && value < 1 << kKeyBits; };
        return fits(params.a) && fits(params.b) && fits(params.c) && fits(params.d);
    }
};

}  // namespace foxml::features
