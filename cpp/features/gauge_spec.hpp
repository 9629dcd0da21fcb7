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
    return_order,
    volatility_order,
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
};

}  // namespace foxml::features
