#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/int128.hpp"

namespace foxml {

/// A 256-bit integer in two's complement that wraps: what sums of products of 128-bit values need to be exact.
///
/// As with every integer of a window sum, what wraps on the way is no error as long as the result fits.
class Int256 {
   public:
    /// 64 bits each, the lowest first.
    using Limbs = std::array<std::uint64_t, 4>;

    constexpr Int256() noexcept = default;
    constexpr Int256(Int128 value) noexcept
        : limbs_{static_cast<std::uint64_t>(value), static_cast<std::uint64_t>(value >> 64), value < 0 ? ~0ULL : 0ULL,
                 value < 0 ? ~0ULL : 0ULL} {}
    constexpr explicit Int256(const Limbs& limbs) noexcept : limbs_(limbs) {}
    constexpr Int256(UInt128 low, UInt128 high) noexcept
        : limbs_{static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(low >> 64),
                 static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(high >> 64)} {}

    [[nodiscard]] constexpr const Limbs& limbs() const noexcept { return limbs_; }
    [[nodiscard]] constexpr bool negative() const noexcept { return limbs_[3] >> 63 != 0; }
    [[nodiscard]] constexpr bool operator==(const Int256&) const noexcept = default;

    constexpr Int256& operator+=(const Int256& other) noexcept {
        const UInt128 sum = low() + other.low();
        return *this = {sum, high() + other.high() + (sum < other.low() ? 1 : 0)};
    }
    constexpr Int256& operator-=(const Int256& other) noexcept {
        const UInt128 borrow = low() < other.low() ? 1 : 0;
        return *this = {low() - other.low(), high() - other.high() - borrow};
    }
    [[nodiscard]] constexpr Int256 operator-() const noexcept { return Int256() -= *this; }

    [[nodiscard]] friend constexpr Int256 operator+(Int256 a, const Int256& b) noexcept { return a += b; }
    [[nodiscard]] friend constexpr Int256 operator-(Int256 a, const Int256& b) noexcept { return a -= b; }

    /// Times a number that is not negative.
    [[nodiscard]] constexpr Int256 times(std::uint64_t factor) const noexcept {
        const UInt128 second = UInt128{limbs_[1]} * factor;
        const UInt128 first = UInt128{limbs_[0]} * factor;
        const UInt128 middle = static_cast<std::uint64_t>(second) + (first >> 64);
        return {middle << 64 | static_cast<std::uint64_t>(first), high() * factor + (second >> 64) + (middle >> 64)};
    }

    /// The lower 256 bits of the product, which are the same for signed and unsigned factors.
    [[nodiscard]] friend constexpr Int256 operator*(const Int256& a, const Int256& b) noexcept {
        Int256 result;
        for (std::size_t i = 0; i < 4; ++i) {
            UInt128 carry = 0;
            for (std::size_t j = 0; i + j < 4; ++j) {
                carry += UInt128{a.limbs_[i]} * b.limbs_[j] + result.limbs_[i + j];
                result.limbs_[i + j] = static_cast<std::uint64_t>(carry);
                carry >>= 64;
            }
        }
        return result;
    }

   private:
    [[nodiscard]] constexpr UInt128 low() const noexcept { return UInt128{limbs_[1]} << 64 | limbs_[0]; }
    [[nodiscard]] constexpr UInt128 high() const noexcept { return UInt128{limbs_[3]} << 64 | limbs_[2]; }

    Limbs limbs_{};
};

/// The product of two 128-bit integers, which always fits.
[[nodiscard]] constexpr Int256 product(Int128 a, Int128 b) noexcept {
    const auto a_low = static_cast<std::uint64_t>(a);
    const auto b_low = static_cast<std::uint64_t>(b);
    const UInt128 a_high = static_cast<UInt128>(a) >> 64;
    const UInt128 b_high = static_cast<UInt128>(b) >> 64;
    const UInt128 lowest = UInt128{a_low} * b_low;
    const UInt128 cross_a = a_high * b_low;
    const UInt128 cross_b = b_high * a_low;
    const UInt128 middle = (lowest >> 64) + static_cast<std::uint64_t>(cross_a) + static_cast<std::uint64_t>(cross_b);
    UInt128 highest = a_high * b_high + (cross_a >> 64) + (cross_b >> 64) + (middle >> 64);
    // As unsigned, a negative factor is 2^128 too large.
    highest -= (a < 0 ? static_cast<UInt128>(b) : 0) + (b < 0 ? static_cast<UInt128>(a) : 0);
    return {middle << 64 | static_cast<std::uint64_t>(lowest), highest};
}

/// Nearest double, ties to even.
[[nodiscard]] constexpr double to_double(const Int256& value) noexcept {
    const auto limbs = (value.negative() ? -value : value).limbs();
    std::size_t top = 3;
    while (top > 0 && limbs[top] == 0) {
        --top;
    }
    // The highest 64 bits from the leading one on, and whether any bit below them is set: more than the 53 + 1 bits by
    // which the conversion rounds, so that bit may stand in for all of them.
    const int zeros = std::countl_zero(limbs[top]);
    std::uint64_t leading = limbs[top];
    int exponent = 64 * static_cast<int>(top);
    if (top > 0 && zeros > 0) {
        leading = leading << zeros | limbs[top - 1] >> (64 - zeros);
        exponent -= zeros;
    }
    std::uint64_t below = top > 0 ? limbs[top - 1] << zeros : 0;
    for (std::size_t i = 0; i + 1 < top; ++i) {
        below |= limbs[i];
    }
    const double size = static_cast<double>(leading | (below != 0 ? 1U : 0U)) *
                        std::bit_cast<double>((static_cast<std::uint64_t>(exponent) + 1023) << 52);
    return value.negative() ? -size : size;
}

}  // namespace foxml
