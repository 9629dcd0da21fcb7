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
    static Floats every(float value) noexcept { return {_mm512_set1_ps(value)}; }

    void pack(float* to, __mmask16 which) const noexcept {
        _mm512_storeu_ps(to, _mm512_maskz_compress_ps(which, all));
    }
    void store(float* to) const noexcept { _mm512_storeu_ps(to, all); }
    [[nodiscard]] unsigned nans() const noexcept { return _mm512_cmp_ps_mask(all, all, _CMP_UNORD_Q); }
    [[nodiscard]] unsigned zeros() const noexcept {
        return _mm512_cmp_ps_mask(_mm512_abs_ps(all), _mm512_set1_ps(kZeroFloat), _CMP_LE_OQ);
    }
    [[nodiscard]] Floats or_else(unsigned where, const Floats& other) const noexcept {
        return {_mm512_mask_blend_ps(static_cast<__mmask16>(where), all, other.all)};
    }
    /// How many of 16 cells are below this one value; all where it is NaN.
    [[nodiscard]] unsigned above(const float* cells) const noexcept {
        return static_cast<unsigned>(_mm_popcnt_u32(_mm512_cmp_ps_mask(_mm512_load_ps(cells), all, _CMP_NGE_UQ)));
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
    static DoublePair every(double value) noexcept { return {_mm512_set1_pd(value), _mm512_set1_pd(value)}; }

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
    [[nodiscard]] unsigned above(const double* cells) const noexcept {
        const unsigned first = _mm512_cmp_pd_mask(_mm512_load_pd(cells), low, _CMP_NGE_UQ);
        const unsigned second = _mm512_cmp_pd_mask(_mm512_load_pd(cells + 8), high, _CMP_NGE_UQ);
        return static_cast<unsigned>(_mm_popcnt_u32(first | second << 8));
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
    if (table.small) {
        const typename Pack::Value* cells = table.cells;
        for (std::uint32_t i = 0; i < table.column_count; ++i, cells += 16) {
            scratch.words[i] = static_cast<std::uint16_t>(Pack::every(scratch.values[i]).above(cells));
        }
    } else {
        for (std::uint32_t i = 0; i < table.column_count; ++i) {
            const typename Pack::Value* const cells = table.cells + table.begins[i];
            const Pack value = Pack::every(scratch.values[i]);
            const unsigned block = value.above(cells);
            scratch.words[i] = static_cast<std::uint16_t>(16 * block + value.above(cells + 16 + 16 * block));
        }
    }
    for (std::uint32_t i = 0; i < table.column_count; i += 32) {
        const __m256i ranks = _mm512_cvtusepi16_epi8(_mm512_load_si512(scratch.words + i));  // NaN's 272 becomes 255
        _mm256_store_si256(reinterpret_cast<__m256i*>(scratch.ranks + i), ranks);
    }
}

}  // namespace

RankFunctions rank_row_avx512() noexcept {
    return {rank_row<Floats, float>, rank_row<Floats, double>, rank_row<DoublePair, double>};
}

}  // namespace foxml::trees
