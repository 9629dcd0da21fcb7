#pragma once

#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace foxml {

// Vectors of eight numbers, in one register or in two: what core/lanes.hpp is made of.

namespace lanes {

/// The register at any address, in one piece: what is copied in smaller ones must wait to be read back.
template <typename Register>
[[nodiscard, gnu::always_inline]] inline Register load_register(const void* from) noexcept {
    using Anywhere [[gnu::aligned(1), gnu::may_alias]] = Register;
    return *static_cast<const Anywhere*>(from);
}
template <typename Register>
[[gnu::always_inline]] inline void store_register(Register value, void* to) noexcept {
    using Anywhere [[gnu::aligned(1), gnu::may_alias]] = Register;
    *static_cast<Anywhere*>(to) = value;
}

#if defined(__AVX512F__)

using Doubles [[gnu::vector_size(64)]] = double;
using Ints [[gnu::vector_size(64)]] = std::int64_t;
using Words [[gnu::vector_size(64)]] = std::uint64_t;

template <typename To, typename From>
[[nodiscard, gnu::always_inline]] inline To cast(const From& from) noexcept {
    static_assert(sizeof(To) == sizeof(From));
    return (To)from;  // of vectors: the bits, not the values
}

template <typename Values>
[[nodiscard, gnu::always_inline]] inline Values load(const void* from) noexcept {
    return load_register<Values>(from);
}
template <typename Values>
[[gnu::always_inline]] inline void store(const Values& values, void* to) noexcept {
    store_register(values, to);
}

template <typename Values>
[[nodiscard, gnu::always_inline]] inline Values choose(const Ints& mask, const Values& yes, const Values& no) noexcept {
    return mask ? yes : no;
}

/// The words at eight places.
[[nodiscard, gnu::always_inline]] inline Words gathered(const void* words,
                                                        const std::array<std::uint64_t, 8>& at) noexcept {
    const auto* const from = static_cast<const std::uint64_t*>(words);
    return Words{from[at[0]], from[at[1]], from[at[2]], from[at[3]],
                 from[at[4]], from[at[5]], from[at[6]], from[at[7]]};
}

#else

/// Two registers of four: a compiler left to halve a vector itself takes some of its steps number by number.
template <typename Quad, typename Value>
struct Two {
    Quad low;
    Quad high;

    [[nodiscard, gnu::always_inline]] Value operator[](std::size_t i) const noexcept {
        return i < 4 ? low[i] : high[i - 4];
    }
};

using DoubleQuad [[gnu::vector_size(32)]] = double;
using IntQuad [[gnu::vector_size(32)]] = std::int64_t;
using WordQuad [[gnu::vector_size(32)]] = std::uint64_t;
using Doubles = Two<DoubleQuad, double>;
using Ints = Two<IntQuad, std::int64_t>;
using Words = Two<WordQuad, std::uint64_t>;

template <typename To, typename From>
[[nodiscard, gnu::always_inline]] inline To cast(const From& from) noexcept {
    return {(decltype(To::low))from.low, (decltype(To::high))from.high};  // the bits, not the values
}

template <typename Values>
[[nodiscard, gnu::always_inline]] inline Values load(const void* from) noexcept {
    using Quad = decltype(Values::low);
    return {load_register<Quad>(from), load_register<Quad>(static_cast<const char*>(from) + sizeof(Quad))};
}
template <typename Values>
[[gnu::always_inline]] inline void store(const Values& values, void* to) noexcept {
    store_register(values.low, to);
    store_register(values.high, static_cast<char*>(to) + sizeof values.low);
}

template <typename Values>
[[nodiscard, gnu::always_inline]] inline Values choose(const Ints& mask, const Values& yes, const Values& no) noexcept {
    return {mask.low ? yes.low : no.low, mask.high ? yes.high : no.high};
}

[[nodiscard, gnu::always_inline]] inline Words gathered(const void* words,
                                                        const std::array<std::uint64_t, 8>& at) noexcept {
    const auto* const from = static_cast<const std::uint64_t*>(words);
    return {WordQuad{from[at[0]], from[at[1]], from[at[2]], from[at[3]]},
            WordQuad{from[at[4]], from[at[5]], from[at[6]], from[at[7]]}};
}

#define FOXML_TWO                            \
    template <typename Quad, typename Value> \
    [[nodiscard, gnu::always_inline]] inline
#define FOXML_TWO_OPERATOR(op)                                                                                  \
    FOXML_TWO Two<Quad, Value> operator op(const Two<Quad, Value>& a, const Two<Quad, Value>& b) noexcept {     \
        return {a.low op b.low, a.high op b.high};                                                              \
    }                                                                                                           \
    FOXML_TWO Two<Quad, Value> operator op(const Two<Quad, Value>& a, std::type_identity_t<Value> b) noexcept { \
        return {a.low op b, a.high op b};                                                                       \
    }                                                                                                           \
    FOXML_TWO Two<Quad, Value> operator op(std::type_identity_t<Value> a, const Two<Quad, Value>& b) noexcept { \
        return {a op b.low, a op b.high};                                                                       \
    }
FOXML_TWO_OPERATOR(+)
FOXML_TWO_OPERATOR(-)
FOXML_TWO_OPERATOR(*)
FOXML_TWO_OPERATOR(/)
FOXML_TWO_OPERATOR(&)
FOXML_TWO_OPERATOR(|)
FOXML_TWO_OPERATOR(^)
FOXML_TWO_OPERATOR(<<)
#undef FOXML_TWO_OPERATOR
FOXML_TWO Two<Quad, Value> operator>>(const Two<Quad, Value>& a, int bits) noexcept {
    return {a.low >> bits, a.high >> bits};
}
FOXML_TWO Two<Quad, Value> operator-(const Two<Quad, Value>& a) noexcept { return {-a.low, -a.high}; }
FOXML_TWO Two<Quad, Value> operator~(const Two<Quad, Value>& a) noexcept { return {~a.low, ~a.high}; }

#define FOXML_TWO_COMPARISON(op)                                                                    \
    FOXML_TWO Ints operator op(const Two<Quad, Value>& a, const Two<Quad, Value>& b) noexcept {     \
        return {a.low op b.low, a.high op b.high};                                                  \
    }                                                                                               \
    FOXML_TWO Ints operator op(const Two<Quad, Value>& a, std::type_identity_t<Value> b) noexcept { \
        return {a.low op b, a.high op b};                                                           \
    }
FOXML_TWO_COMPARISON(<)
FOXML_TWO_COMPARISON(>)
FOXML_TWO_COMPARISON(<=)
FOXML_TWO_COMPARISON(>=)
FOXML_TWO_COMPARISON(==)
FOXML_TWO_COMPARISON(!=)
#undef FOXML_TWO_COMPARISON
#undef FOXML_TWO

#endif

/// Products of the lower halves: one instruction, where a product of whole words takes several.
[[nodiscard, gnu::always_inline]] inline Words lower_product(const Words& a, const Words& b) noexcept {
#if defined(__AVX512F__)
    return (Words)_mm512_mul_epu32((__m512i)a, (__m512i)b);
#else
    return {(WordQuad)_mm256_mul_epu32((__m256i)a.low, (__m256i)b.low),
            (WordQuad)_mm256_mul_epu32((__m256i)a.high, (__m256i)b.high)};
#endif
}

}  // namespace lanes

}  // namespace foxml
