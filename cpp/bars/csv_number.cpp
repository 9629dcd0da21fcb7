#include "bars/csv_number.hpp"

#include <immintrin.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace foxml::bars {

namespace {

constexpr std::size_t kBytes = 16;

/// A row of 16 places of bytes; 0x80 puts a zero there.
using Places = std::array<std::uint8_t, kBytes>;
using Table = std::array<Places, kBytes>;

constexpr std::uint8_t kNothing = 0x80;

/// Row k: all bytes but that of place k, which those behind it close up to.
constexpr Table without_one() {
    Table table{};
    for (std::size_t k = 0; k < kBytes; ++k) {
        for (std::size_t i = 0; i < kBytes; ++i) {
            const std::size_t from = i < k ? i : i + 1;
            table[k][i] = from < kBytes ? static_cast<std::uint8_t>(from) : kNothing;
        }
    }
    return table;
}

/// Row k: the first k bytes moved to the end, zeros before them.
constexpr Table at_the_end() {
    Table table{};
    for (std::size_t k = 0; k < kBytes; ++k) {
        for (std::size_t i = 0; i < kBytes; ++i) {
            table[k][i] = i + k >= kBytes ? static_cast<std::uint8_t>(i + k - kBytes) : kNothing;
        }
    }
    return table;
}

alignas(kBytes) constexpr Table kWithoutOne = without_one();
alignas(kBytes) constexpr Table kAtTheEnd = at_the_end();

/// All of them are doubles, and so is a number of 15 digits: their quotient is rounded once.
constexpr std::array<double, kBytes> kTens = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                              1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

[[gnu::always_inline]] inline __m128i shuffled(__m128i bytes, const Places& places) noexcept {
    return _mm_shuffle_epi8(bytes, _mm_load_si128(reinterpret_cast<const __m128i*>(places.data())));
}

/// The number that 16 digits are: two neighbours become one of two digits, those one of four, and so on.
///
///     0 0 0 0 0 0 0 0 0 0 0 1 6 7 4 2  ->  0 0 0 0 0 1 67 42  ->  0 0 1 6742  ->  0 16742
[[gnu::always_inline]] inline std::uint64_t number_of(__m128i digits) noexcept {
    const __m128i twos = _mm_maddubs_epi16(digits, _mm_set1_epi16(10 + (1 << 8)));
    const __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(100 + (1 << 16)));
    const __m128i packed = _mm_packus_epi32(fours, fours);
    const __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(10'000 + (1 << 16)));
    const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
    return (both & 0xFFFFFFFFU) * 100'000'000U + (both >> 32U);
}

[[nodiscard]] bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

[[nodiscard]] bool may_be_in_a_number(char c) noexcept {
    return is_digit(c) || c == '.' || c == 'e' || c == 'E' || c == '-' || c == '+';
}

}  // namespace

const char* read_decimal_plainly(const char* at, const char* end, double& value) noexcept {
    const char* last = at;
    while (last != end && may_be_in_a_number(*last)) {
        ++last;
    }
    const auto [stop, error] = std::from_chars(at, last, value);
    return error == std::errc{} && stop == last ? last : nullptr;
}

const char* read_decimal(const char* at, const char* end, double& value) noexcept {
    if (end - at < static_cast<std::ptrdiff_t>(kBytes)) {
        return read_decimal_plainly(at, end, value);
    }
    const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
    const __m128i digits = _mm_sub_epi8(text, _mm_set1_epi8('0'));
    const __m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    const std::uint32_t others = static_cast<std::uint32_t>(_mm_movemask_epi8(is_digit)) ^ 0xFFFFU;
    const auto whole = static_cast<std::size_t>(std::countr_zero(others | 0x10000U));
    const std::uint32_t behind = others & (others - 1U);
    const auto length = static_cast<std::size_t>(std::countr_zero(behind | 0x10000U));
    // Up to 15 bytes of a number and the one behind it were seen, or it is for the other reader.
    if (whole == kBytes) {
        return read_decimal_plainly(at, end, value);
    }
    if (at[whole] != '.') {
        if (whole == 0 || may_be_in_a_number(at[whole])) {
            return read_decimal_plainly(at, end, value);
        }
        value = static_cast<double>(static_cast<std::int64_t>(number_of(shuffled(digits, kAtTheEnd[whole]))));
        return at + whole;
    }
    if (length == kBytes || length < 2 || may_be_in_a_number(at[length])) {
        return read_decimal_plainly(at, end, value);
    }
    const __m128i closed_up = shuffled(shuffled(digits, kWithoutOne[whole]), kAtTheEnd[length - 1]);
    value = static_cast<double>(static_cast<std::int64_t>(number_of(closed_up))) / kTens[length - 1 - whole];
    return at + length;
}

const char* read_whole(const char* at, const char* end, std::int64_t& value) noexcept {
    constexpr std::ptrdiff_t kDigitsMax = 18;
    const bool negative = at != end && *at == '-';
    const char* const first = at + (negative ? 1 : 0);
    std::int64_t number = 0;
    const char* last = first;
    while (last != end && is_digit(*last) && last - first < kDigitsMax) {
        number = 10 * number + (*last - '0');
        ++last;
    }
    if (last == first || (last != end && is_digit(*last))) {
        return nullptr;
    }
    value = negative ? -number : number;
    return last;
}

}  // namespace foxml::bars
