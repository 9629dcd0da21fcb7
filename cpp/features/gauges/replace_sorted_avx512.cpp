#include <immintrin.h>

#include "features/gauges/sorted_window.hpp"

namespace foxml::features {

void replace_sorted_avx512(std::int64_t* sorted, std::size_t count, std::int64_t gone, std::int64_t value) noexcept {
    constexpr std::size_t kWords = 8;
    const __m512i leaving = _mm512_set1_epi64(gone);
    const __m512i coming = _mm512_set1_epi64(value);
    __m512i here = _mm512_load_si512(sorted);
    __m512i left_before = _mm512_load_si512(sorted - kWords);
    for (std::size_t i = 0; i < count; i += kWords) {
        const __m512i after = _mm512_load_si512(sorted + i + kWords);
        // Without the one that is gone, each place has its value or the next one.
        const __m512i next = _mm512_alignr_epi64(after, here, 1);
        const __m512i left = _mm512_mask_mov_epi64(next, _mm512_cmplt_epi64_mask(here, leaving), here);
        // With the new one, the middle of that, the one before it and the new one.
        const __m512i before = _mm512_alignr_epi64(left, left_before, kWords - 1);
        _mm512_store_si512(sorted + i, _mm512_max_epi64(before, _mm512_min_epi64(left, coming)));
        left_before = left;
        here = after;
    }
}

}  // namespace foxml::features
