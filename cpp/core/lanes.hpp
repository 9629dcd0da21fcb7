#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <limits>

#include "core/vectors.hpp"

namespace foxml {

// Eight numbers at a time, one of each of eight symbols: a lane never looks at its neighbours, so each lane takes the
// steps that a scalar takes, and has its bits.
//
// The instruction set is a tag of every type and function: a file compiled for wide instructions shares no symbol with
// one that must run everywhere. Only files compiled for AVX2 or AVX-512 include this header.

inline constexpr std::size_t kLanes = 8;

template <typename Isa>
struct MaskLanes {
    lanes::Ints raw;  ///< -1 or 0
};

template <typename Isa>
struct IntLanes {
    lanes::Words raw;  ///< unsigned: sums and products wrap

    IntLanes() = default;
    [[gnu::always_inline]] explicit IntLanes(lanes::Words words) noexcept : raw(words) {}
    [[gnu::always_inline]] IntLanes(std::int64_t value) noexcept  // NOLINT: a number is the same in every lane
        : raw(lanes::Words{} + static_cast<std::uint64_t>(value)) {}
    [[gnu::always_inline]] static IntLanes load(const void* from) noexcept {
        return IntLanes(lanes::load<lanes::Words>(from));
    }
    [[gnu::always_inline]] void store(void* to) const noexcept { lanes::store(raw, to); }
    [[nodiscard, gnu::always_inline]] lanes::Ints ints() const noexcept { return lanes::cast<lanes::Ints>(raw); }
};

template <typename Isa>
struct RealLanes {
    lanes::Doubles raw;

    RealLanes() = default;
    [[gnu::always_inline]] explicit RealLanes(lanes::Doubles doubles) noexcept : raw(doubles) {}
    [[gnu::always_inline]] RealLanes(double value) noexcept  // NOLINT
        : raw(lanes::Doubles{} + value) {}
    [[gnu::always_inline]] static RealLanes load(const void* from) noexcept {
        return RealLanes(lanes::load<lanes::Doubles>(from));
    }
    [[gnu::always_inline]] void store(void* to) const noexcept { lanes::store(raw, to); }
};

/// high 2^64 + low, in two's complement.
template <typename Isa>
struct WideLanes {
    lanes::Words low;
    lanes::Words high;
};

#define FOXML_LANES         \
    template <typename Isa> \
    [[nodiscard, gnu::always_inline]] inline

// Masks.

FOXML_LANES MaskLanes<Isa> operator&&(MaskLanes<Isa> a, MaskLanes<Isa> b) noexcept { return {a.raw & b.raw}; }
FOXML_LANES MaskLanes<Isa> operator||(MaskLanes<Isa> a, MaskLanes<Isa> b) noexcept { return {a.raw | b.raw}; }
FOXML_LANES MaskLanes<Isa> operator&(MaskLanes<Isa> a, MaskLanes<Isa> b) noexcept { return {a.raw & b.raw}; }
FOXML_LANES MaskLanes<Isa> operator|(MaskLanes<Isa> a, MaskLanes<Isa> b) noexcept { return {a.raw | b.raw}; }
FOXML_LANES MaskLanes<Isa> operator!(MaskLanes<Isa> a) noexcept { return {~a.raw}; }

// Integers. Mixed with plain ones, which are the same in every lane.

#define FOXML_INT_OPERATOR(op)                                                                                        \
    FOXML_LANES IntLanes<Isa> operator op(IntLanes<Isa> a, IntLanes<Isa> b) noexcept {                                \
        return IntLanes<Isa>(a.raw op b.raw);                                                                         \
    }                                                                                                                 \
    FOXML_LANES IntLanes<Isa> operator op(std::int64_t a, IntLanes<Isa> b) noexcept { return IntLanes<Isa>(a) op b; } \
    FOXML_LANES IntLanes<Isa> operator op(IntLanes<Isa> a, std::int64_t b) noexcept { return a op IntLanes<Isa>(b); }
FOXML_INT_OPERATOR(+)
FOXML_INT_OPERATOR(-)
FOXML_INT_OPERATOR(*)
FOXML_INT_OPERATOR(&)
#undef FOXML_INT_OPERATOR

FOXML_LANES IntLanes<Isa> operator-(IntLanes<Isa> a) noexcept { return IntLanes<Isa>(-a.raw); }
/// By a count that all lanes share; the sign is not kept.
FOXML_LANES IntLanes<Isa> shifted_right(IntLanes<Isa> a, int bits) noexcept { return IntLanes<Isa>(a.raw >> bits); }

#define FOXML_INT_COMPARISON(op)                                                        \
    FOXML_LANES MaskLanes<Isa> operator op(IntLanes<Isa> a, IntLanes<Isa> b) noexcept { \
        return {a.ints() op b.ints()};                                                  \
    }                                                                                   \
    FOXML_LANES MaskLanes<Isa> operator op(IntLanes<Isa> a, std::int64_t b) noexcept { return a op IntLanes<Isa>(b); }
FOXML_INT_COMPARISON(<)
FOXML_INT_COMPARISON(>)
FOXML_INT_COMPARISON(<=)
FOXML_INT_COMPARISON(>=)
FOXML_INT_COMPARISON(==)
FOXML_INT_COMPARISON(!=)
#undef FOXML_INT_COMPARISON

// Doubles.

#define FOXML_REAL_OPERATOR(op)                                                                                    \
    FOXML_LANES RealLanes<Isa> operator op(RealLanes<Isa> a, RealLanes<Isa> b) noexcept {                          \
        return RealLanes<Isa>(a.raw op b.raw);                                                                     \
    }                                                                                                              \
    FOXML_LANES RealLanes<Isa> operator op(double a, RealLanes<Isa> b) noexcept { return RealLanes<Isa>(a) op b; } \
    FOXML_LANES RealLanes<Isa> operator op(RealLanes<Isa> a, double b) noexcept { return a op RealLanes<Isa>(b); }
FOXML_REAL_OPERATOR(+)
FOXML_REAL_OPERATOR(-)
FOXML_REAL_OPERATOR(*)
FOXML_REAL_OPERATOR(/)
#undef FOXML_REAL_OPERATOR

FOXML_LANES RealLanes<Isa> operator-(RealLanes<Isa> a) noexcept { return RealLanes<Isa>(-a.raw); }

#define FOXML_REAL_COMPARISON(op)                                                                                    \
    FOXML_LANES MaskLanes<Isa> operator op(RealLanes<Isa> a, RealLanes<Isa> b) noexcept { return {a.raw op b.raw}; } \
    FOXML_LANES MaskLanes<Isa> operator op(RealLanes<Isa> a, double b) noexcept { return a op RealLanes<Isa>(b); }
FOXML_REAL_COMPARISON(<)
FOXML_REAL_COMPARISON(>)
FOXML_REAL_COMPARISON(<=)
FOXML_REAL_COMPARISON(>=)
FOXML_REAL_COMPARISON(==)
FOXML_REAL_COMPARISON(!=)
#undef FOXML_REAL_COMPARISON

// Decisions.

FOXML_LANES RealLanes<Isa> select(MaskLanes<Isa> mask, RealLanes<Isa> yes, RealLanes<Isa> no) noexcept {
    return RealLanes<Isa>(lanes::choose(mask.raw, yes.raw, no.raw));
}
FOXML_LANES RealLanes<Isa> select(MaskLanes<Isa> mask, RealLanes<Isa> yes, double no) noexcept {
    return select(mask, yes, RealLanes<Isa>(no));
}
FOXML_LANES RealLanes<Isa> select(MaskLanes<Isa> mask, double yes, RealLanes<Isa> no) noexcept {
    return select(mask, RealLanes<Isa>(yes), no);
}
FOXML_LANES RealLanes<Isa> select(MaskLanes<Isa> mask, double yes, double no) noexcept {
    return select(mask, RealLanes<Isa>(yes), RealLanes<Isa>(no));
}
FOXML_LANES IntLanes<Isa> select(MaskLanes<Isa> mask, IntLanes<Isa> yes, IntLanes<Isa> no) noexcept {
    return IntLanes<Isa>(lanes::choose(mask.raw, yes.raw, no.raw));
}
FOXML_LANES IntLanes<Isa> select(MaskLanes<Isa> mask, IntLanes<Isa> yes, std::int64_t no) noexcept {
    return select(mask, yes, IntLanes<Isa>(no));
}
FOXML_LANES IntLanes<Isa> select(MaskLanes<Isa> mask, std::int64_t yes, IntLanes<Isa> no) noexcept {
    return select(mask, IntLanes<Isa>(yes), no);
}
FOXML_LANES IntLanes<Isa> select(MaskLanes<Isa> mask, std::int64_t yes, std::int64_t no) noexcept {
    return select(mask, IntLanes<Isa>(yes), IntLanes<Isa>(no));
}
FOXML_LANES WideLanes<Isa> select(MaskLanes<Isa> mask, WideLanes<Isa> yes, WideLanes<Isa> no) noexcept {
    return {lanes::choose(mask.raw, yes.low, no.low), lanes::choose(mask.raw, yes.high, no.high)};
}
FOXML_LANES IntLanes<Isa> larger(IntLanes<Isa> a, IntLanes<Isa> b) noexcept { return select(a > b, a, b); }
FOXML_LANES IntLanes<Isa> smaller(IntLanes<Isa> a, IntLanes<Isa> b) noexcept { return select(b > a, a, b); }
FOXML_LANES RealLanes<Isa> larger(RealLanes<Isa> a, RealLanes<Isa> b) noexcept { return select(a > b, a, b); }
FOXML_LANES RealLanes<Isa> smaller(RealLanes<Isa> a, RealLanes<Isa> b) noexcept { return select(b > a, a, b); }
FOXML_LANES RealLanes<Isa> larger(double a, RealLanes<Isa> b) noexcept { return larger(RealLanes<Isa>(a), b); }
FOXML_LANES IntLanes<Isa> magnitude(IntLanes<Isa> a) noexcept { return select(a < 0, -a, a); }
FOXML_LANES RealLanes<Isa> magnitude(RealLanes<Isa> a) noexcept { return select(a < 0.0, -a, a); }

// Wide integers.

FOXML_LANES lanes::Words carry_of(lanes::Words sum, lanes::Words part) noexcept {
    return lanes::cast<lanes::Words>(sum < part);  // all ones, or 0: the carry negated
}
FOXML_LANES WideLanes<Isa> operator+(WideLanes<Isa> a, WideLanes<Isa> b) noexcept {
    const lanes::Words low = a.low + b.low;
    return {low, a.high + b.high - carry_of<Isa>(low, a.low)};
}
FOXML_LANES WideLanes<Isa> operator-(WideLanes<Isa> a, WideLanes<Isa> b) noexcept {
    return {a.low - b.low, a.high - b.high + carry_of<Isa>(a.low, b.low)};
}
FOXML_LANES WideLanes<Isa> widened(IntLanes<Isa> a) noexcept {
    return {a.raw, lanes::cast<lanes::Words>(a.ints() < 0)};
}
FOXML_LANES WideLanes<Isa> operator-(WideLanes<Isa> a, IntLanes<Isa> b) noexcept { return a - widened(b); }
FOXML_LANES WideLanes<Isa> operator+(WideLanes<Isa> a, IntLanes<Isa> b) noexcept { return a + widened(b); }
FOXML_LANES WideLanes<Isa> operator-(WideLanes<Isa> a) noexcept { return WideLanes<Isa>{} - a; }
FOXML_LANES MaskLanes<Isa> operator==(WideLanes<Isa> a, int zero) noexcept {
    return {lanes::cast<lanes::Ints>((a.low | a.high) == static_cast<std::uint64_t>(zero))};
}
FOXML_LANES MaskLanes<Isa> operator<(WideLanes<Isa> a, int) noexcept {
    return {lanes::cast<lanes::Ints>(a.high) < 0};  // of 0 alone
}

/// The product of two unsigned numbers, from products of their halves.
FOXML_LANES WideLanes<Isa> unsigned_product(lanes::Words a, lanes::Words b) noexcept {
    constexpr std::uint64_t kHalf = 0xffffffffULL;
    const lanes::Words a_high = a >> 32, b_high = b >> 32;
    const lanes::Words low = lanes::lower_product(a, b), left = lanes::lower_product(a_high, b),
                       right = lanes::lower_product(a, b_high);
    // Twice a half and a product of halves fit a word.
    const lanes::Words middle = right + (low >> 32);
    const lanes::Words rest = left + (middle & kHalf);
    return {(low & kHalf) | (rest << 32), lanes::lower_product(a_high, b_high) + (middle >> 32) + (rest >> 32)};
}
FOXML_LANES WideLanes<Isa> product(IntLanes<Isa> a, IntLanes<Isa> b) noexcept {
    const WideLanes<Isa> of_words = unsigned_product<Isa>(a.raw, b.raw);
    const lanes::Words a_negative = lanes::cast<lanes::Words>(a.ints() < 0);
    const lanes::Words b_negative = lanes::cast<lanes::Words>(b.ints() < 0);
    return {of_words.low, of_words.high - (a_negative & b.raw) - (b_negative & a.raw)};
}
FOXML_LANES WideLanes<Isa> product(std::int64_t a, IntLanes<Isa> b) noexcept { return product(IntLanes<Isa>(a), b); }
FOXML_LANES WideLanes<Isa> product(IntLanes<Isa> a, std::int64_t b) noexcept { return product(a, IntLanes<Isa>(b)); }
/// By a count that is not negative.
FOXML_LANES WideLanes<Isa> operator*(int count, WideLanes<Isa> a) noexcept {
    const lanes::Words times = lanes::Words{} + static_cast<std::uint64_t>(count);
    const lanes::Words low = lanes::lower_product(a.low, times);
    const lanes::Words high = lanes::lower_product(a.low >> 32, times) + (low >> 32);
    const lanes::Words above = lanes::lower_product(a.high, times) + (lanes::lower_product(a.high >> 32, times) << 32);
    return {(low & 0xffffffffULL) | (high << 32), above + (high >> 32)};
}

// Conversions.

/// Nearest double, ties to even.
FOXML_LANES RealLanes<Isa> real(IntLanes<Isa> x) noexcept {
#if defined(__AVX512DQ__)
    return RealLanes<Isa>(__builtin_convertvector(x.ints(), lanes::Doubles));
#else
    // The lower 32 bits as the last of 2^52, the upper 32, made positive, as the last of 2^84: both exact, one
    // rounding.
    const lanes::Words low = (x.raw & 0xffffffffULL) | 0x4330000000000000ULL;
    const lanes::Words high = ((x.raw >> 32) ^ 0x80000000ULL) | 0x4530000000000000ULL;
    return RealLanes<Isa>((lanes::cast<lanes::Doubles>(high) - (0x1p84 + 0x1p63)) +
                          (lanes::cast<lanes::Doubles>(low) - 0x1p52));
#endif
}
FOXML_LANES RealLanes<Isa> real(RealLanes<Isa> x) noexcept { return x; }

/// As to_double of core/int128.hpp.
FOXML_LANES RealLanes<Isa> real(WideLanes<Isa> x) noexcept {
    const IntLanes<Isa> low(x.low);
    const IntLanes<Isa> high(x.high - lanes::cast<lanes::Words>(low.ints() < 0));
    return real(high) * 0x1p64 + real(low);
}

/// Nearest integer, ties to even, for |x| < 2^62.
FOXML_LANES IntLanes<Isa> round_half_even(RealLanes<Isa> x) noexcept {
    // 1.5 2^52 + a number below 2^51 holds its nearest integer in the last bits. First the multiple of 2^32.
    constexpr double kMagic = 0x1.8p52;
    const lanes::Doubles high = (x.raw * 0x1p-32 + kMagic) - kMagic;
    const lanes::Doubles low = x.raw - high * 0x1p32;
    const lanes::Words magic = lanes::cast<lanes::Words>(lanes::Doubles{} + kMagic);
    const lanes::Words upper = lanes::cast<lanes::Words>(high + kMagic) - magic;
    return IntLanes<Isa>((upper << 32) + (lanes::cast<lanes::Words>(low + kMagic) - magic));
}

FOXML_LANES RealLanes<Isa> square_root(RealLanes<Isa> x) noexcept {
#if defined(__AVX512F__)
    return RealLanes<Isa>(lanes::cast<lanes::Doubles>(_mm512_sqrt_pd(lanes::cast<__m512d>(x.raw))));
#else
    return RealLanes<Isa>({(lanes::DoubleQuad)_mm256_sqrt_pd((__m256d)x.raw.low),
                           (lanes::DoubleQuad)_mm256_sqrt_pd((__m256d)x.raw.high)});
#endif
}

/// As log of core/numerics.hpp, step by step.
FOXML_LANES RealLanes<Isa> log(RealLanes<Isa> x) noexcept {
    constexpr double kLn2High = 6.93147180369123816490e-01;
    constexpr double kLn2Low = 1.90821492927058770002e-10;
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    const MaskLanes<Isa> subnormal = x < std::numeric_limits<double>::min();
    const RealLanes<Isa> scaled = select(subnormal, x * 0x1p54, x);
    const lanes::Words bits = lanes::cast<lanes::Words>(scaled.raw);
    // An arithmetic shift by 52 as a logical one of what was made positive.
    const lanes::Words whole = ((bits - 0x3fe6a09e667f3bcdULL + 0x4000000000000000ULL) >> 52) - 0x400ULL;
    const lanes::Doubles f = lanes::cast<lanes::Doubles>(bits - (whole << 52)) - 1.0;
    const lanes::Words k = whole - (lanes::cast<lanes::Words>(subnormal.raw) & 54ULL);
    const lanes::Doubles s = f / (2.0 + f);
    const lanes::Doubles z = s * s;
    const lanes::Doubles w = z * z;
    const lanes::Doubles odd =
        w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const lanes::Doubles even =
        z * (6.666666666666735130e-01 +
             w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const lanes::Doubles half_square = 0.5 * f * f;
    const lanes::Doubles kd = real(IntLanes<Isa>(k)).raw;
    const RealLanes<Isa> value(kd * kLn2High - ((half_square - (s * (half_square + (odd + even)) + kd * kLn2Low)) - f));
    const RealLanes<Isa> finite = select(x == kInfinity, x, value);
    return select(x > 0.0, finite, select(x == 0.0, -kInfinity, kNaN));
}

/// Sums and products of lanes wrap anyway.
FOXML_LANES IntLanes<Isa> wrapping_product(IntLanes<Isa> a, IntLanes<Isa> b) noexcept { return a * b; }
FOXML_LANES IntLanes<Isa> wrapping_difference(IntLanes<Isa> a, IntLanes<Isa> b) noexcept { return a - b; }
FOXML_LANES WideLanes<Isa> wrapping_product(int count, WideLanes<Isa> a) noexcept { return count * a; }
FOXML_LANES WideLanes<Isa> wrapping_difference(WideLanes<Isa> a, WideLanes<Isa> b) noexcept { return a - b; }

/// Each rounded once.
template <typename Isa>
[[gnu::always_inline]] inline void store_floats(RealLanes<Isa> x, float* to) noexcept {
#if defined(__AVX512F__)
    _mm256_storeu_ps(to, _mm512_cvtpd_ps(lanes::cast<__m512d>(x.raw)));
#else
    _mm_storeu_ps(to, _mm256_cvtpd_ps((__m256d)x.raw.low));
    _mm_storeu_ps(to + 4, _mm256_cvtpd_ps((__m256d)x.raw.high));
#endif
}

/// Undefined where b is 0.
FOXML_LANES RealLanes<Isa> ratio(RealLanes<Isa> a, RealLanes<Isa> b) noexcept {
    return select(b == 0.0, std::numeric_limits<double>::quiet_NaN(), a / b);
}
FOXML_LANES RealLanes<Isa> ratio(IntLanes<Isa> a, IntLanes<Isa> b) noexcept { return ratio(real(a), real(b)); }
FOXML_LANES RealLanes<Isa> ratio(WideLanes<Isa> a, WideLanes<Isa> b) noexcept { return ratio(real(a), real(b)); }

/// Undefined below 0.
FOXML_LANES RealLanes<Isa> root(RealLanes<Isa> x) noexcept {
    return select(x >= 0.0, square_root(x), std::numeric_limits<double>::quiet_NaN());
}

FOXML_LANES RealLanes<Isa> log_ratio(IntLanes<Isa> a, IntLanes<Isa> b) noexcept { return log(real(a) / real(b)); }

#undef FOXML_LANES

}  // namespace foxml
