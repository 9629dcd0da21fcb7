#pragma once

#include <immintrin.h>

#include <cstdint>

// For files compiled for AVX-512 with byte permutations only: everything here has to be local to them.

namespace foxml::trees {

namespace {

/// The ranks of 128, 256 or 512 columns in registers, looked up 64 at a time.
template <int kTables>
struct RankRegisters;

template <>
struct RankRegisters<1> {
    __m512i low;
    __m512i high;

    explicit RankRegisters(const std::uint8_t* ranks) noexcept
        : low(_mm512_load_si512(ranks)), high(_mm512_load_si512(ranks + 64)) {}
    [[nodiscard]] __m512i of(__m512i columns) const noexcept { return _mm512_permutex2var_epi8(low, columns, high); }
};

template <>
struct RankRegisters<2> {
    RankRegisters<1> low;
    RankRegisters<1> high;

    explicit RankRegisters(const std::uint8_t* ranks) noexcept : low(ranks), high(ranks + 128) {}
    [[nodiscard]] __m512i of(__m512i columns) const noexcept {
        return _mm512_mask_blend_epi8(_mm512_movepi8_mask(columns), low.of(columns), high.of(columns));
    }
};

template <>
struct RankRegisters<4> {
    RankRegisters<2> low;
    RankRegisters<2> high;

    explicit RankRegisters(const std::uint8_t* ranks) noexcept : low(ranks), high(ranks + 256) {}
    /// `upper` has the sign bit where the column is one of the upper 256.
    [[nodiscard]] __m512i of(__m512i columns, __m512i upper) const noexcept {
        return _mm512_mask_blend_epi8(_mm512_movepi8_mask(upper), low.of(columns), high.of(columns));
    }
};

}  // namespace

}  // namespace foxml::trees
