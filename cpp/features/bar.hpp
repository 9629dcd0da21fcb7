#pragma once

#include <bit>
#include <cstdint>

#include "core/int128.hpp"

namespace foxml::features {

inline constexpr std::int64_t kMinuteNs = 60 * std::int64_t{1'000'000'000};

/// One bar of one symbol, as it came: prices in dollars, volume in shares, times in nanoseconds UTC.
///
/// `close_ns` is the moment at which the bar ended and became known; the session is the one that the bar belongs to.
struct Bar {
    std::int64_t close_ns;
    std::int64_t session_open_ns;
    std::int64_t session_close_ns;
    double open;
    double high;
    double low;
    double close;
    double volume;
    /// Close of the plan's benchmark over its close at this symbol's bar before; 0 where either is missing.
    double benchmark_ratio = 0.0;
};

/// What one unit of the integers inside means: constants of the instrument, never learned from its data.
struct Scale {
    double price_grid;   ///< dollars
    double volume_unit;  ///< shares
};

/// A bar on the instrument's grid: every price and volume rounded once, half to even.
struct IntegerBar {
    std::int64_t close_ns;
    std::int64_t session_open_ns;
    std::int64_t session_close_ns;
    std::int64_t open;
    std::int64_t high;
    std::int64_t low;
    std::int64_t close;
    std::int64_t volume;
    std::int64_t benchmark_bits = 0;  ///< of the ratio as a double

    [[nodiscard]] double benchmark_ratio() const noexcept { return std::bit_cast<double>(benchmark_bits); }
    /// Three times the typical price.
    [[nodiscard]] std::int64_t typical3() const noexcept { return high + low + close; }
    /// ((C - L) - (H - C)) / (H - L): -1 at the low, 1 at the high, 0 where the bar has no range.
    [[nodiscard]] double close_location() const noexcept {
        return high == low ? 0.0 : static_cast<double>(2 * close - low - high) / static_cast<double>(high - low);
    }
    bool operator==(const IntegerBar&) const = default;
};

/// Prices and volumes stay below this many units: every sum of products over a window then fits its integer.
inline constexpr std::int64_t kUnitsMax = std::int64_t{1} << 40;

/// The largest move from a close to the next open or close that a bar may bring: what is made of returns then fits its
/// integers. A symbol that is given to another company may move a thousandfold; no stock moves like this.
inline constexpr std::int64_t kMoveMax = 4096;

/// Sessions lie between these moments: every difference of times then fits its integer.
inline constexpr std::int64_t kTimeMinNs = -(std::int64_t{1} << 61);
inline constexpr std::int64_t kTimeMaxNs = std::int64_t{1} << 62;

/// Why these numbers cannot be a bar, or nullptr if they can. Order in time is judged by the symbol's state.
[[nodiscard]] const char* refusal(const Bar& bar, const Scale& scale) noexcept;

/// The bar in integers. `refusal(bar, scale)` must be nullptr.
[[nodiscard]] IntegerBar to_integers(const Bar& bar, const Scale& scale) noexcept;

}  // namespace foxml::features
