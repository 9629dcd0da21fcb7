#include <immintrin.h>

#include "features/gauges/rank_window.hpp"

namespace foxml::features {

std::size_t count_below_avx2(const std::int64_t* values, std::size_t count, std::int64_t value) noexcept {
    constexpr std::size_t kWords = 4;
    const __m256i than = _mm256_set1_epi64x(value);
    __m256i above = _mm256_setzero_si256();  // negated, since a comparison that holds is -1
    __m256i below = _mm256_setzero_si256();
    for (std::size_t i = 0; i < count; i += kWords) {
        const __m256i here = _mm256_load_si256(reinterpret_cast<const __m256i*>(values + i));
        above = _mm256_add_epi64(above, _mm256_cmpgt_epi64(here, than));
        below = _mm256_add_epi64(below, _mm256_cmpgt_epi64(than, here));
    }
    alignas(32) std::int64_t signs[kWords];
    _mm256_store_si256(reinterpret_cast<__m256i*>(signs), _mm256_sub_epi64(above, below));
    return count + static_cast<std::size_t>(signs[0] + signs[1] + signs[2] + signs[3]);
}

}  // namespace foxml::features
