#pragma once

#include <immintrin.h>

#include <cstddef>

#include "core/lanes.hpp"

namespace foxml {

// Lanes that look at their neighbours: numbers of consecutive bars, and rows that become columns.

/// Lane i becomes lane i + Count; the first lanes are 0.
template <int Count>
[[nodiscard, gnu::always_inline]] inline lanes::Words moved_up(lanes::Words a) noexcept {
    static_assert(Count == 1 || Count == 2 || Count == 4);
#if defined(__AVX512F__)
    return lanes::cast<lanes::Words>(_mm512_alignr_epi64(lanes::cast<__m512i>(a), _mm512_setzero_si512(), 8 - Count));
#else
    const lanes::WordQuad zero{};
    if constexpr (Count == 1) {
        return {__builtin_shufflevector(zero, a.low, 0, 4, 5, 6), __builtin_shufflevector(a.low, a.high, 3, 4, 5, 6)};
    } else if constexpr (Count == 2) {
        return {__builtin_shufflevector(zero, a.low, 0, 1, 4, 5), __builtin_shufflevector(a.low, a.high, 2, 3, 4, 5)};
    } else {
        return {zero, a.low};
    }
#endif
}

/// In each lane the sum of all up to it.
template <typename Isa>
[[nodiscard, gnu::always_inline]] inline IntLanes<Isa> running_sums(IntLanes<Isa> a) noexcept {
    a.raw = a.raw + moved_up<1>(a.raw);
    a.raw = a.raw + moved_up<2>(a.raw);
    a.raw = a.raw + moved_up<4>(a.raw);
    return a;
}
template <typename Isa>
[[nodiscard, gnu::always_inline]] inline WideLanes<Isa> running_sums(WideLanes<Isa> a) noexcept {
    a = a + WideLanes<Isa>{moved_up<1>(a.low), moved_up<1>(a.high)};
    a = a + WideLanes<Isa>{moved_up<2>(a.low), moved_up<2>(a.high)};
    return a + WideLanes<Isa>{moved_up<4>(a.low), moved_up<4>(a.high)};
}

/// Lane i of row k becomes lane k of row i.
template <typename Isa>
[[gnu::always_inline]] inline void transpose(RealLanes<Isa> (&rows)[kLanes]) noexcept {
#if defined(__AVX512F__)
    __m512d pairs[kLanes];  // columns 2 i and 2 i + 1 of rows 2 k and 2 k + 1, a pair of rows after the other
    for (std::size_t k = 0; k < kLanes; k += 2) {
        const __m512d a = lanes::cast<__m512d>(rows[k].raw), b = lanes::cast<__m512d>(rows[k + 1].raw);
        pairs[k] = _mm512_unpacklo_pd(a, b);
        pairs[k + 1] = _mm512_unpackhi_pd(a, b);
    }
    for (std::size_t odd = 0; odd < 2; ++odd) {
        const __m512d first = _mm512_shuffle_f64x2(pairs[odd], pairs[odd + 2], 0x88);
        const __m512d second = _mm512_shuffle_f64x2(pairs[odd + 4], pairs[odd + 6], 0x88);
        const __m512d third = _mm512_shuffle_f64x2(pairs[odd], pairs[odd + 2], 0xdd);
        const __m512d fourth = _mm512_shuffle_f64x2(pairs[odd + 4], pairs[odd + 6], 0xdd);
        rows[odd].raw = lanes::cast<lanes::Doubles>(_mm512_shuffle_f64x2(first, second, 0x88));
        rows[odd + 4].raw = lanes::cast<lanes::Doubles>(_mm512_shuffle_f64x2(first, second, 0xdd));
        rows[odd + 2].raw = lanes::cast<lanes::Doubles>(_mm512_shuffle_f64x2(third, fourth, 0x88));
        rows[odd + 6].raw = lanes::cast<lanes::Doubles>(_mm512_shuffle_f64x2(third, fourth, 0xdd));
    }
#else
    using Quad = lanes::DoubleQuad;
    const auto four = [](Quad& a, Quad& b, Quad& c, Quad& d) {
        const Quad ab_even = __builtin_shufflevector(a, b, 0, 4, 2, 6),
                   ab_odd = __builtin_shufflevector(a, b, 1, 5, 3, 7);
        const Quad cd_even = __builtin_shufflevector(c, d, 0, 4, 2, 6),
                   cd_odd = __builtin_shufflevector(c, d, 1, 5, 3, 7);
        a = __builtin_shufflevector(ab_even, cd_even, 0, 1, 4, 5);
        b = __builtin_shufflevector(ab_odd, cd_odd, 0, 1, 4, 5);
        c = __builtin_shufflevector(ab_even, cd_even, 2, 3, 6, 7);
        d = __builtin_shufflevector(ab_odd, cd_odd, 2, 3, 6, 7);
    };
    four(rows[0].raw.low, rows[1].raw.low, rows[2].raw.low, rows[3].raw.low);
    four(rows[0].raw.high, rows[1].raw.high, rows[2].raw.high, rows[3].raw.high);
    four(rows[4].raw.low, rows[5].raw.low, rows[6].raw.low, rows[7].raw.low);
    four(rows[4].raw.high, rows[5].raw.high, rows[6].raw.high, rows[7].raw.high);
    for (std::size_t k = 0; k < 4; ++k) {
        const Quad upper = rows[k].raw.high;
        rows[k].raw.high = rows[k + 4].raw.low;
        rows[k + 4].raw.low = upper;
    }
#endif
}

}  // namespace foxml
