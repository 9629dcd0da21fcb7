#include <immintrin.h>

#include "trees/ranking.hpp"

namespace foxml::trees {

namespace {

constexpr float kZeroFloat = 1e-35f;

/// 16 values, in one register of floats or in two of doubles.
struct Floats {
    using Value = float;
    __m512 all;

    static Floats load(const float* from, __mmask16 which) noexcept { return {_mm512_maskz_loadu_ps(which, from)}; }
    static Floats load(const double* from, __mmask16 which) noexcept {
        const __m256 low = _mm512_cvtpd_ps(_mm512_maskz_loadu_pd(static_cast<__mmask8>(which), from));
        const __m256 high = _mm512_cvtpd_ps(_mm512_maskz_loadu_pd(static_cast<__mmask8>(which >> 8), from + 8));
        return {_mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1)};
    }
    static Floats near(const float* from) noexcept { return {_mm512_loadu_ps(from)}; }

    void pack(float* to, __mmask16 which) const noexcept { _mm512_storeu_ps(to, _mm512_maskz_compress_ps(which, all)); }
    void store(float* to) const noexcept { _mm512_storeu_ps(to, all); }
    [[nodiscard]] unsigned nans() const noexcept { return _mm512_cmp_ps_mask(all, all, _CMP_UNORD_Q); }
    [[nodiscard]] unsigned zeros() const noexcept {
        return _mm512_cmp_ps_mask(_mm512_abs_ps(all), _mm512_set1_ps(kZeroFloat), _CMP_LE_OQ);
    }
    [[nodiscard]] Floats or_else(unsigned where, const Floats& other) const noexcept {
        return {_mm512_mask_blend_ps(static_cast<__mmask16>(where), all, other.all)};
    }
    /// How many of 16 cells are below one value; all where it is NaN.
    [[nodiscard]] static unsigned below(float value, const float* cells) noexcept {
        const __mmask16 below = _mm512_cmp_ps_mask(_mm512_load_ps(cells), _mm512_set1_ps(value), _CMP_NGE_UQ);
        return static_cast<unsigned>(_mm_popcnt_u32(below));
    }
    /// Of 16 values, 16 times the number of separators below each.
    static void find_blocks(const float* values, const float* separators, std::uint32_t count,
                            std::uint32_t* blocks) noexcept {
        // Halves: comparisons that yield vectors are quicker than those that yield masks.
        const __m256 low = _mm256_load_ps(values);
        const __m256 high = _mm256_load_ps(values + 8);
        __m256i low_count = _mm256_setzero_si256();
        __m256i high_count = low_count;
        for (std::uint32_t k = 0; k < count; ++k, separators += 16) {
            const __m256 low_below = _mm256_cmp_ps(_mm256_load_ps(separators), low, _CMP_NGE_UQ);
            const __m256 high_below = _mm256_cmp_ps(_mm256_load_ps(separators + 8), high, _CMP_NGE_UQ);
            low_count = _mm256_sub_epi32(low_count, _mm256_castps_si256(low_below));
            high_count = _mm256_sub_epi32(high_count, _mm256_castps_si256(high_below));
        }
        _mm256_store_si256(reinterpret_cast<__m256i*>(blocks), _mm256_slli_epi32(low_count, 4));
        _mm256_store_si256(reinterpret_cast<__m256i*>(blocks + 8), _mm256_slli_epi32(high_count, 4));
    }
};

struct DoublePair {
    using Value = double;
    __m512d low;
    __m512d high;

    static DoublePair load(const double* from, __mmask16 which) noexcept {
        return {_mm512_maskz_loadu_pd(static_cast<__mmask8>(which), from),
                _mm512_maskz_loadu_pd(static_cast<__mmask8>(which >> 8), from + 8)};
    }
    static DoublePair near(const double* from) noexcept { return {_mm512_loadu_pd(from), _mm512_loadu_pd(from + 8)}; }

    void pack(double* to, __mmask16 which) const noexcept {
        const auto first = static_cast<__mmask8>(which);
        _mm512_storeu_pd(to, _mm512_maskz_compress_pd(first, low));
        _mm512_storeu_pd(to + _mm_popcnt_u32(first), _mm512_maskz_compress_pd(static_cast<__mmask8>(which >> 8), high));
    }
    void store(double* to) const noexcept {
        _mm512_storeu_pd(to, low);
        _mm512_storeu_pd(to + 8, high);
    }
    [[nodiscard]] unsigned nans() const noexcept {
        return _mm512_cmp_pd_mask(low, low, _CMP_UNORD_Q) |
               static_cast<unsigned>(_mm512_cmp_pd_mask(high, high, _CMP_UNORD_Q)) << 8;
    }
    [[nodiscard]] unsigned zeros() const noexcept {
        const __m512d most = _mm512_set1_pd(static_cast<double>(kZeroFloat));
        return _mm512_cmp_pd_mask(_mm512_abs_pd(low), most, _CMP_LE_OQ) |
               static_cast<unsigned>(_mm512_cmp_pd_mask(_mm512_abs_pd(high), most, _CMP_LE_OQ)) << 8;
    }
    [[nodiscard]] DoublePair or_else(unsigned where, const DoublePair& other) const noexcept {
        return {_mm512_mask_blend_pd(static_cast<__mmask8>(where), low, other.low),
                _mm512_mask_blend_pd(static_cast<__mmask8>(where >> 8), high, other.high)};
    }
    [[nodiscard]] static unsigned below(double value, const double* cells) noexcept {
        const __m512d every = _mm512_set1_pd(value);
        const unsigned first = _mm512_cmp_pd_mask(_mm512_load_pd(cells), every, _CMP_NGE_UQ);
        const unsigned second = _mm512_cmp_pd_mask(_mm512_load_pd(cells + 8), every, _CMP_NGE_UQ);
        return static_cast<unsigned>(_mm_popcnt_u32(first | second << 8));
    }
    static void find_blocks(const double* values, const double* separators, std::uint32_t count,
                            std::uint32_t* blocks) noexcept {
        __m256i counts[4] = {};
        for (std::uint32_t k = 0; k < count; ++k, separators += 16) {
            for (int quarter = 0; quarter < 4; ++quarter) {
                const __m256d below = _mm256_cmp_pd(_mm256_load_pd(separators + 4 * quarter),
                                                    _mm256_load_pd(values + 4 * quarter), _CMP_NGE_UQ);
                counts[quarter] = _mm256_sub_epi64(counts[quarter], _mm256_castpd_si256(below));
            }
        }
        for (int quarter = 0; quarter < 4; ++quarter) {
            const __m128i narrow = _mm256_cvtepi64_epi32(_mm256_slli_epi64(counts[quarter], 4));
            _mm_store_si128(reinterpret_cast<__m128i*>(blocks + 4 * quarter), narrow);
        }
    }
};

/// Write the value of every column, missing ones as the column sees them.
template <typename Pack, typename Given>
void gather(const RankTable<typename Pack::Value>& table, const Given* row, typename Pack::Value* values) noexcept {
    typename Pack::Value* to = values;
    for (std::uint32_t i = 0; i < table.feature_count; i += 16) {
        const auto which = static_cast<__mmask16>(table.used[i / 16]);
        Pack::load(row + i, which).pack(to, which);
        to += _mm_popcnt_u32(which);
    }
    for (std::uint32_t i = table.first_count; i < table.column_count; ++i) {
        values[i] = static_cast<typename Pack::Value>(row[table.later_features[i - table.first_count]]);
    }
    for (std::uint32_t i = 0; i < table.column_count; i += 16) {
        const Pack given = Pack::near(values + i);
        const unsigned zeros = table.zeros == nullptr ? 0 : given.zeros() & table.zeros[i / 16];
        const unsigned nans = given.nans();
        given.or_else(nans | zeros, Pack::near(table.missing + i)).store(values + i);
    }
}

template <typename Pack, typename Given>
void rank_row(const RankTable<typename Pack::Value>& table, const Given* row,
              const RankScratch<typename Pack::Value>& scratch) noexcept {
    gather<Pack>(table, row, scratch.values);
    for (std::uint32_t first = 0; first < table.column_count; first += 16) {
        const RankChunk& chunk = table.chunks[first / 16];
        const typename Pack::Value* const separators = table.cells + chunk.first_cell;
        const typename Pack::Value* cells = separators + 16 * chunk.separators;
        const typename Pack::Value* const values = scratch.values + first;
        alignas(64) std::uint32_t blocks[16];
        Pack::find_blocks(values, separators, chunk.separators, blocks);
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i, cells += 16 * (chunk.separators + 1)) {
            const unsigned rank = blocks[i] + Pack::below(values[i], cells + blocks[i]);
            scratch.words[first + i] = static_cast<std::uint16_t>(rank);
        }
    }
    for (std::uint32_t i = 0; i < table.column_count; i += 32) {
        const __m256i ranks = _mm512_cvtusepi16_epi8(_mm512_load_si512(scratch.words + i));  // 256 becomes 255
        _mm256_store_si256(reinterpret_cast<__m256i*>(scratch.ranks + i), ranks);
    }
}

}  // namespace

RankFunctions rank_row_avx512() noexcept {
    return {rank_row<Floats, float>, rank_row<Floats, double>, rank_row<DoublePair, double>};
}

}  // namespace foxml::trees
