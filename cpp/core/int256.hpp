#pragma once

#include <array>
#include <bit>
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
        : low_(static_cast<UInt128>(value)), high_(value < 0 ? ~UInt128{0} : UInt128{0}) {}
    constexpr explicit Int256(const Limbs& limbs) noexcept
        : low_(UInt128{limbs[1]} << 64 | limbs[0]), high_(UInt128{limbs[3]} << 64 | limbs[2]) {}

    [[nodiscard]] constexpr UInt128 low() const noexcept { return low_; }
    [[nodiscard]] constexpr UInt128 high() const noexcept { return high_; }
    [[nodiscard]] constexpr bool negative() const noexcept { return high_ >> 127 != 0; }
    [[nodiscard]] constexpr bool operator==(const Int256&) const noexcept = default;

    constexpr Int256& operator+=(const Int256& other) noexcept {
        const UInt128 low = low_ + other.low_;
        high_ += other.high_ + (low < low_ ? 1 : 0);
        low_ = low;
        return *this;
    }
    constexpr Int256& operator-=(const Int256& other) noexcept {
        high_ -= other.high_ + (low_ < other.low_ ? 1 : 0);
        low_ -= other.low_;
        return *this;
    }
    [[nodiscard]] constexpr Int256 operator-() const noexcept { return Int256() -= *this; }

    [[nodiscard]] friend constexpr Int256 operator+(Int256 a, const Int256& b) noexcept { return a += b; }
    [[nodiscard]] friend constexpr Int256 operator-(Int256 a, const Int256& b) noexcept { return a -= b; }

    /// The lower 256 bits of the product, which are the same for signed and unsigned factors.
    [[nodiscard]] friend constexpr Int256 operator*(const Int256& a, const Int256& b) noexcept {
        Int256 result = unsigned_product(a.low_, b.low_);
        result.high_ += a.low_ * b.high_ + a.high_ * b.low_;
        return result;
    }

    friend constexpr Int256 product(Int128 a, Int128 b) noexcept;
    friend constexpr Int256 product(std::int64_t a, const Int256& b) noexcept;

   private:
    [[nodiscard]] static constexpr Int256 unsigned_product(UInt128 a, UInt128 b) noexcept {
        const auto a_low = static_cast<std::uint64_t>(a);
        const auto a_high = static_cast<std::uint64_t>(a >> 64);
        const auto b_low = static_cast<std::uint64_t>(b);
        const auto b_high = static_cast<std::uint64_t>(b >> 64);
        const UInt128 lowest = UInt128{a_low} * b_low;
        const UInt128 left = UInt128{a_low} * b_high;
        const UInt128 right = UInt128{a_high} * b_low;
        const UInt128 middle = (lowest >> 64) + static_cast<std::uint64_t>(left) + static_cast<std::uint64_t>(right);
        Int256 result;
        result.low_ = middle << 64 | static_cast<std::uint64_t>(lowest);
        result.high_ = UInt128{a_high} * b_high + (left >> 64) + (right >> 64) + (middle >> 64);
        return result;
    }

    /// 2^64 times as much.
    [[nodiscard]] constexpr Int256 moved_up() const noexcept {
        Int256 result;
        result.low_ = low_ << 64;
        result.high_ = high_ << 64 | low_ >> 64;
        return result;
    }

    UInt128 low_ = 0;
    UInt128 high_ = 0;
};

/// The product of two 128-bit integers, which always fits.
[[nodiscard]] constexpr Int256 product(Int128 a, Int128 b) noexcept {
    const auto left = static_cast<UInt128>(a);
    const auto right = static_cast<UInt128>(b);
    Int256 result = Int256::unsigned_product(left, right);
    // As unsigned, a negative factor is 2^128 too large.
    result.high_ -= (a < 0 ? right : UInt128{0}) + (b < 0 ? left : UInt128{0});
    return result;
}

/// The lower 256 bits.
[[nodiscard]] constexpr Int256 product(std::int64_t a, const Int256& b) noexcept {
    const auto factor = static_cast<std::uint64_t>(a);
    const UInt128 lowest = UInt128{factor} * static_cast<std::uint64_t>(b.low_);
    const UInt128 middle = UInt128{factor} * static_cast<std::uint64_t>(b.low_ >> 64) + (lowest >> 64);
    Int256 result;
    result.low_ = middle << 64 | static_cast<std::uint64_t>(lowest);
    result.high_ = factor * b.high_ + (middle >> 64);
    if (a < 0) {  // as unsigned it is 2^64 too large
        result -= b.moved_up();
    }
    return result;
}

/// Nearest double, ties to even.
[[nodiscard]] constexpr double to_double(const Int256& value) noexcept {
    const auto lowest = static_cast<std::int64_t>(value.low());
    if (value == Int256(Int128{lowest})) {
        return static_cast<double>(lowest);
    }
    const Int256 size = value.negative() ? -value : value;
    const bool upper = size.high() != 0;
    UInt128 leading = upper ? size.high() : size.low();
    UInt128 below = upper ? size.low() : UInt128{0};
    int exponent = upper ? 128 : 0;
    if (leading >> 64 == 0) {
        leading = leading << 64 | below >> 64;
        below <<= 64;
        exponent -= 64;
    }
    // The highest 63 bits from the leading one on, and whether any bit below them is set: more than the 53 + 1 bits by
    // which the conversion rounds, so that bit may stand in for all of them.
    const int zeros = std::countl_zero(static_cast<std::uint64_t>(leading >> 64));
    leading <<= zeros;
    const auto bits = static_cast<std::int64_t>(leading >> 65);
    const bool rest = (leading << 63 | below) != 0;
    const double magnitude = static_cast<double>(bits | (rest ? 1 : 0)) *
                             std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 65 - zeros + 1023) << 52);
    return value.negative() ? -magnitude : magnitude;
}

}  // namespace foxml
