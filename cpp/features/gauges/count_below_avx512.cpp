#include <immintrin.h>

#include "features/gauges/rank_window.hpp"

namespace foxml::features {

std::size_t count_below_avx512(const std::int64_t* values, std::size_t count, std::int64_t value) noexcept {
    constexpr std::size_t kWords = 8;
    const __m512i than = _mm512_set1_epi64(value);
    const __m512i one = _mm512_set1_epi64(1);
    const __m512i minus_one = _mm512_set1_epi64(-1);
    __m512i signs = _mm512_setzero_si512();  // those above, less those below
    for (std::size_t i = 0; i < count; i += kWords) {
        const __m512i above_by = _mm512_sub_epi64(_mm512_load_si512(values + i), than);
        signs = _mm512_add_epi64(signs, _mm512_min_epi64(_mm512_max_epi64(above_by, minus_one), one));
    }
    return count - static_cast<std::size_t>(_mm512_reduce_add_epi64(signs));
}

}  // namespace foxml::features
