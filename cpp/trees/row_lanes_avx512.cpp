#include <immintrin.h>

#include "trees/row_lanes.hpp"

namespace foxml::trees {

namespace {

/// 16 rows of 16 bytes become 16 columns.
void transpose_block(const std::uint8_t* rows, std::size_t distance, std::uint8_t* to) noexcept {
    __m128i a[16];
    __m128i b[16];
    for (std::size_t i = 0; i < 16; ++i) {
        a[i] = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows + i * distance));
    }
    // Four times, the upper and the lower eight are shuffled into each other as cards are.
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 8; ++i) {
            b[2 * i] = _mm_unpacklo_epi8(a[i], a[i + 8]);
            b[2 * i + 1] = _mm_unpackhi_epi8(a[i], a[i + 8]);
        }
        for (int i = 0; i < 8; ++i) {
            a[2 * i] = _mm_unpacklo_epi8(b[i], b[i + 8]);
            a[2 * i + 1] = _mm_unpackhi_epi8(b[i], b[i + 8]);
        }
    }
    for (std::size_t i = 0; i < 16; ++i) {
        _mm_store_si128(reinterpret_cast<__m128i*>(to + i * kRowLanes), a[i]);
    }
}

void transpose(const std::uint8_t* rows, std::size_t distance, std::size_t columns, std::uint8_t* to) noexcept {
    for (std::size_t column = 0; column < columns; column += 16) {
        for (std::size_t row = 0; row < kRowLanes; row += 16) {
            transpose_block(rows + row * distance + column, distance, to + column * kRowLanes + row);
        }
    }
}

[[gnu::always_inline]] inline __m512i spread(std::uint32_t bytes) noexcept {
    return _mm512_set1_epi32(static_cast<int>(bytes));
}

[[gnu::always_inline]] inline void step(const std::uint8_t* ranks, const LaneNode& node, __m512i next,
                                        __m512i& candidates) noexcept {
    const __mmask64 right = _mm512_cmpgt_epu8_mask(_mm512_load_si512(ranks + node.column), spread(node.number));
    const __mmask64 ruled_out = _mm512_mask_cmple_epu8_mask(right, spread(node.first_leaf), candidates);
    candidates = _mm512_mask_mov_epi8(candidates, ruled_out, next);
}

void add(const double* leaves, const std::uint8_t* indices, double* totals) noexcept {
    // Two at a time by hand: as one gather they would be slower.
    for (std::size_t i = 0; i < kRowLanes; i += 2) {
        const __m128d pair = _mm_loadh_pd(_mm_load_sd(leaves + indices[i]), leaves + indices[i + 1]);
        _mm_store_pd(totals + i, _mm_add_pd(_mm_load_pd(totals + i), pair));
    }
}

void add(const float* leaves, const std::uint8_t* indices, float* totals) noexcept {
    for (std::size_t i = 0; i < kRowLanes; i += 4) {
        __m128 four = _mm_load_ss(leaves + indices[i]);
        four = _mm_insert_ps(four, _mm_load_ss(leaves + indices[i + 1]), 0x10);
        four = _mm_insert_ps(four, _mm_load_ss(leaves + indices[i + 2]), 0x20);
        four = _mm_insert_ps(four, _mm_load_ss(leaves + indices[i + 3]), 0x30);
        _mm_store_ps(totals + i, _mm_add_ps(_mm_load_ps(totals + i), four));
    }
}

template <typename Leaf>
void score(const LaneForest& forest, const std::uint8_t* ranks, void* totals) noexcept {
    for (std::size_t p = 0; p < forest.pair_count; ++p) {
        const LanePair& pair = forest.pairs[p];
        __m512i first = _mm512_setzero_si512();
        __m512i second = _mm512_setzero_si512();
        __m512i next = _mm512_set1_epi8(1);
        const LaneNode* node = pair.nodes;
        for (std::uint32_t i = 0; i < pair.count; ++i, node += 2) {
            step(ranks, node[0], next, first);
            step(ranks, node[1], next, second);
            next = _mm512_sub_epi8(next, _mm512_set1_epi8(-1));
        }
        alignas(64) std::uint8_t indices[2 * kRowLanes];
        _mm512_store_si512(indices, first);
        _mm512_store_si512(indices + kRowLanes, second);
        const auto* const leaves = static_cast<const Leaf*>(pair.leaves);
        for (std::uint32_t t = 0; t < pair.tree_count; ++t) {
            add(leaves + t * forest.stride, indices + t * kRowLanes,
                static_cast<Leaf*>(totals) + static_cast<std::size_t>(pair.outputs[t]) * kRowLanes);
        }
    }
}

}  // namespace

LaneFunctions row_lanes_avx512(bool is_float) noexcept { return {transpose, is_float ? score<float> : score<double>}; }

}  // namespace foxml::trees
