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

    [[nodiscard]] constexpr const Limbs& limbs() const noexcept { return limbs_; }
    [[nodiscard]] constexpr bool negative() const noexcept { return limbs_[3] >> 63 != 0; }
    [[nodiscard]] constexpr bool operator==(const Int256&) const noexcept = default;

    constexpr Int256& operator+=(const Int256& other) noexcept {
        UInt128 carry = 0;
        for (std::size_t i = 0; i < limbs_.size(); ++i) {
            carry += UInt128{limbs_[i]} + other.limbs_[i];
            limbs_[i] = static_cast<std::uint64_t>(carry);
            carry >>= 64;
        }
        return *this;
    }
    constexpr Int256& operator-=(const Int256& other) noexcept { return *this += -other; }

    [[nodiscard]] constexpr Int256 operator-() const noexcept {
        Int256 result(Limbs{~limbs_[0], ~limbs_[1], ~limbs_[2], ~limbs_[3]});
        return result += Int256(Int128{1});
    }

    [[nodiscard]] friend constexpr Int256 operator+(Int256 a, const Int256& b) noexcept { return a += b; }
    [[nodiscard]] friend constexpr Int256 operator-(Int256 a, const Int256& b) noexcept { return a -= b; }

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
    Limbs limbs_{};
};

/// The product of two 128-bit integers, which always fits.
[[nodiscard]] constexpr Int256 product(Int128 a, Int128 b) noexcept {
    const auto a0 = static_cast<std::uint64_t>(a);
    const auto a1 = static_cast<std::uint64_t>(a >> 64);
    const auto b0 = static_cast<std::uint64_t>(b);
    const auto b1 = static_cast<std::uint64_t>(b >> 64);
    // Of the bits as they stand, four products. A negative factor stands for itself + 2^128: what that adds is taken
    // off the upper half.
    const UInt128 low = UInt128{a0} * b0;
    const UInt128 across = UInt128{a1} * b0 + (low >> 64);
    const UInt128 middle = UInt128{a0} * b1 + static_cast<std::uint64_t>(across);
    UInt128 high = UInt128{a1} * b1 + (across >> 64) + (middle >> 64);
    high -= (a < 0 ? static_cast<UInt128>(b) : 0) + (b < 0 ? static_cast<UInt128>(a) : 0);
    return Int256({static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(middle),
                   static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(high >> 64)});
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
