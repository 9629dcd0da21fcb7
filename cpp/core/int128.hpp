#pragma once

#include <cstdint>

namespace foxml {

// Not ISO C++, yet every 64-bit target of ours has them; `__extension__` tells -Wpedantic that this is on purpose.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 UInt128;

/// The product of two 64-bit integers, which always fits.
[[nodiscard]] constexpr Int128 product(std::int64_t a, std::int64_t b) noexcept { return Int128{a} * b; }

/// Nearest double, ties to even.
[[nodiscard]] constexpr double to_double(Int128 value) noexcept { return static_cast<double>(value); }

}  // namespace foxml
