#pragma once

#include <cstdint>

namespace foxml {

// Not ISO C++, yet every 64-bit target of ours has them; `__extension__` tells -Wpedantic that this is on purpose.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

/// The product of two 64-bit integers, which always fits.
[[nodiscard]] constexpr Int128 product(std::int64_t a, std::int64_t b) noexcept { return Int128{a} * b; }

/// A double within one unit in the last place of the value; exact below 2^53, correctly rounded below 2^63.
///
///     value = high 2^64 + low,  -2^63 <= low < 2^63        high and low are each rounded once, and their sum
///
/// Vectors of wide integers take the same steps (core/lanes.hpp): the same bits.
[[nodiscard]] constexpr double to_double(Int128 value) noexcept {
    const auto low = static_cast<std::int64_t>(value);
    const auto high = static_cast<std::int64_t>(value >> 64) + (low < 0 ? 1 : 0);
    return static_cast<double>(high) * 0x1p64 + static_cast<double>(low);
}

}  // namespace foxml
