#pragma once

#include <immintrin.h>

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
    constexpr Int256(Int128 value) noexcept : Int256(static_cast<UInt128>(value), fill(value < 0)) {}
    constexpr explicit Int256(const Limbs& limbs) noexcept : limbs_(limbs) {}

    [[nodiscard]] constexpr UInt128 low() const noexcept { return UInt128{limbs_[1]} << 64 | limbs_[0]; }
    [[nodiscard]] constexpr UInt128 high() const noexcept { return UInt128{limbs_[3]} << 64 | limbs_[2]; }
    [[nodiscard]] constexpr bool negative() const noexcept { return limbs_[3] >> 63 != 0; }
    /// Whether a signed integer of so many bits, 128 at most, can be this one.
    [[nodiscard]] constexpr bool fits(int bits) const noexcept {
        const auto value = static_cast<Int128>(low());
        const Int128 sign = value >> 127;
        return high() == static_cast<UInt128>(sign) && value >> (bits - 1) == sign;
    }
    [[nodiscard]] constexpr bool operator==(const Int256&) const noexcept = default;

    // Carries stay in the processor's flag: a branch on one would be a coin flip.
    Int256& operator+=(const Int256& other) noexcept {
        unsigned char carry = 0;
        for (std::size_t i = 0; i < limbs_.size(); ++i) {
            unsigned long long sum = 0;
            carry = _addcarry_u64(carry, limbs_[i], other.limbs_[i], &sum);
            limbs_[i] = sum;
        }
        return *this;
    }
    Int256& operator-=(const Int256& other) noexcept {
        unsigned char borrow = 0;
        for (std::size_t i = 0; i < limbs_.size(); ++i) {
            unsigned long long difference = 0;
            borrow = _subborrow_u64(borrow, limbs_[i], other.limbs_[i], &difference);
            limbs_[i] = difference;
        }
        return *this;
    }
    [[nodiscard]] Int256 operator-() const noexcept { return Int256() -= *this; }

    [[nodiscard]] friend Int256 operator+(Int256 a, const Int256& b) noexcept { return a += b; }
    [[nodiscard]] friend Int256 operator-(Int256 a, const Int256& b) noexcept { return a -= b; }

    /// The lower 256 bits of the product, which are the same for signed and unsigned factors.
    [[nodiscard]] friend Int256 operator*(const Int256& a, const Int256& b) noexcept {
        const Int256 lower = unsigned_product(a.low(), b.low());
        return {lower.low(), lower.high() + a.low() * b.high() + a.high() * b.low()};
    }

    friend Int256 product(Int128 a, Int128 b) noexcept;
    friend constexpr Int256 product(std::int64_t a, Int128 b) noexcept;
    friend Int256 product(std::int64_t a, const Int256& b) noexcept;

   private:
    constexpr Int256(UInt128 low, UInt128 high) noexcept
        : limbs_{static_cast<std::uint64_t>(low), static_cast<std::uint64_t>(low >> 64),
                 static_cast<std::uint64_t>(high), static_cast<std::uint64_t>(high >> 64)} {}

    [[nodiscard]] static constexpr UInt128 fill(bool ones) noexcept { return ones ? ~UInt128{0} : UInt128{0}; }

    [[nodiscard]] static constexpr Int256 unsigned_product(UInt128 a, UInt128 b) noexcept {
        const auto a_low = static_cast<std::uint64_t>(a);
        const auto a_high = static_cast<std::uint64_t>(a >> 64);
        const auto b_low = static_cast<std::uint64_t>(b);
        const auto b_high = static_cast<std::uint64_t>(b >> 64);
        const UInt128 lowest = UInt128{a_low} * b_low;
        const UInt128 left = UInt128{a_low} * b_high;
        const UInt128 right = UInt128{a_high} * b_low;
        const UInt128 middle = (lowest >> 64) + static_cast<std::uint64_t>(left) + static_cast<std::uint64_t>(right);
        return {middle << 64 | static_cast<std::uint64_t>(lowest),
                UInt128{a_high} * b_high + (left >> 64) + (right >> 64) + (middle >> 64)};
    }

    Limbs limbs_{};
};

[[nodiscard]] constexpr bool fits_64(Int128 value) noexcept { return value == static_cast<std::int64_t>(value); }

/// The product of two 128-bit integers, which always fits.
[[nodiscard]] inline Int256 product(Int128 a, Int128 b) noexcept {
    if (fits_64(a) && fits_64(b)) {
        return product(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b));
    }
    const auto left = static_cast<UInt128>(a);
    const auto right = static_cast<UInt128>(b);
    const Int256 result = Int256::unsigned_product(left, right);
    // As unsigned, a negative factor is 2^128 too large.
    const UInt128 excess = (static_cast<UInt128>(a >> 127) & right) + (static_cast<UInt128>(b >> 127) & left);
    return {result.low(), result.high() - excess};
}
[[nodiscard]] constexpr Int256 product(std::int64_t a, Int128 b) noexcept {
    const auto factor = static_cast<std::uint64_t>(a);
    const UInt128 lowest = UInt128{factor} * static_cast<std::uint64_t>(b);
    const Int128 upper = Int128{static_cast<std::int64_t>(b >> 64)} * a;
    // As unsigned, a negative factor is 2^64 too large.
    const auto excess = static_cast<std::uint64_t>(a >> 63) & static_cast<std::uint64_t>(b);
    const Int128 middle = upper + static_cast<Int128>(lowest >> 64) - static_cast<Int128>(excess);
    return {static_cast<UInt128>(middle) << 64 | static_cast<std::uint64_t>(lowest),
            static_cast<UInt128>(middle >> 64)};
}

/// The lower 256 bits.
[[nodiscard]] inline Int256 product(std::int64_t a, const Int256& b) noexcept {
    const auto factor = static_cast<std::uint64_t>(a);
    const auto negative = static_cast<std::uint64_t>(a >> 63);
    Int256 result;
    Int256 excess;  // as unsigned, a negative factor is 2^64 too large
    UInt128 partial = 0;
    for (std::size_t i = 0; i < b.limbs_.size(); ++i) {
        partial = UInt128{factor} * b.limbs_[i] + static_cast<std::uint64_t>(partial >> 64);
        result.limbs_[i] = static_cast<std::uint64_t>(partial);
        excess.limbs_[i] = i == 0 ? 0 : b.limbs_[i - 1] & negative;
    }
    return result -= excess;
}

/// nearest_double by its definition.
[[nodiscard]] constexpr double nearest_double_of_any(Int128 value) noexcept {
    // The highest 63 bits from the leading one on, and whether any bit below them is set: more than the 53 + 1 bits by
    // which the conversion rounds, so that bit may stand in for all of them.
    const auto sign = static_cast<UInt128>(value >> 127);
    UInt128 size = (static_cast<UInt128>(value) ^ sign) - sign;
    const auto upper = static_cast<std::uint64_t>(size >> 64);
    const int zeros = upper != 0 ? std::countl_zero(upper) : 64;
    size <<= zeros;
    const auto bits = static_cast<std::int64_t>(size >> 65) | (size << 63 != 0 ? 1 : 0);
    const double magnitude =
        static_cast<double>(bits) * std::bit_cast<double>(static_cast<std::uint64_t>(65 - zeros + 1023) << 52);
    return sign != 0 ? -magnitude : magnitude;
}

/// Nearest double, ties to even; core/int128.hpp's takes less time, and less care.
[[nodiscard]] constexpr double nearest_double(Int128 value) noexcept {
    constexpr int kSticky = 11;
    constexpr std::int64_t kBelow = (std::int64_t{1} << kSticky) - 1;
    if (fits_64(value)) {
        return static_cast<double>(static_cast<std::int64_t>(value));
    }
    // value = high 2^64 + low, -2^63 <= low < 2^63
    const auto low = static_cast<std::int64_t>(value);
    const std::uint64_t high = static_cast<std::uint64_t>(value >> 64) + (low < 0 ? 1 : 0);
    constexpr std::uint64_t kExact = std::uint64_t{1} << 53;
    if (high + 1 <= 2 || high + kExact > 2 * kExact) {
        return nearest_double_of_any(value);
    }
    // Above 2^64 what lies halfway between two doubles is a multiple of 2^11: where low is not, the middle of its
    // neighbours may stand in for it, which is a double. So both parts are exact, and their sum is rounded once.
    const std::int64_t stand_in = (low & ~kBelow) | ((low & kBelow) != 0 ? std::int64_t{1} << (kSticky - 1) : 0);
    return static_cast<double>(static_cast<std::int64_t>(high)) * 0x1p64 + static_cast<double>(stand_in);
}

/// Nearest double, ties to even.
[[nodiscard]] constexpr double to_double(const Int256& value) noexcept {
    if (value.fits(128)) {
        return nearest_double(static_cast<Int128>(value.low()));
    }
    // Whether any bit below is set: far less than what a double of so many bits is rounded by.
    const Int128 upper = static_cast<Int128>(value.high());
    if (upper == static_cast<std::int64_t>(upper)) {
        const auto middle = static_cast<Int128>(value.high() << 64 | value.low() >> 64);
        return 0x1p64 * nearest_double(middle | (static_cast<std::uint64_t>(value.low()) != 0 ? 1 : 0));
    }
    return 0x1p128 * nearest_double(upper | (value.low() != 0 ? 1 : 0));
}

}  // namespace foxml
