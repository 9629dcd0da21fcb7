#pragma once

#include <concepts>
#include <cstdint>

#include "features/params.hpp"

namespace foxml::features {

/// How an integer of a formula is made of its row's parameters, as a sum: equal forms are equal integers, whatever the
/// parameters are.
///
///     2 a + 1    is 2 kFormOfA + 1
using CountForm = std::uint64_t;
inline constexpr CountForm kFormOfA = CountForm{1} << 16;
inline constexpr CountForm kFormOfB = CountForm{1} << 28;
inline constexpr CountForm kFormOfC = CountForm{1} << 40;
inline constexpr CountForm kFormOfD = CountForm{1} << 52;

/// An integer of a formula that knows its form. Arithmetic beyond sums makes a plain number of it.
class Count {
   public:
    constexpr Count(int value) noexcept  // NOLINT: a number is itself
        : value_(value), form_(static_cast<CountForm>(static_cast<std::int64_t>(value))) {}
    constexpr Count(int value, CountForm form) noexcept : value_(value), form_(form) {}

    constexpr operator int() const noexcept { return value_; }  // NOLINT: as plain parameters are
    [[nodiscard]] constexpr CountForm form() const noexcept { return form_; }

   private:
    int value_;
    CountForm form_;
};

// Only of counts and literals: with other numbers a count is a plain one.

template <typename A, typename B>
concept CountAndInt = (std::same_as<A, Count> && (std::same_as<B, Count> || std::same_as<B, int>)) ||
                      (std::same_as<A, int> && std::same_as<B, Count>);

template <typename A, typename B>
    requires CountAndInt<A, B>
constexpr Count operator+(A a, B b) noexcept {
    return {int{a} + int{b}, Count(a).form() + Count(b).form()};
}
template <typename A, typename B>
    requires CountAndInt<A, B>
constexpr Count operator-(A a, B b) noexcept {
    return {int{a} - int{b}, Count(a).form() - Count(b).form()};
}
template <std::same_as<int> Int>
constexpr Count operator*(Int times, Count b) noexcept {
    return {times * int{b}, static_cast<CountForm>(static_cast<std::int64_t>(times)) * b.form()};
}

/// The parameters of a row as a probe gives them to a formula.
struct Counts {
    explicit constexpr Counts(const Params& params) noexcept
        : a(params.a, kFormOfA), b(params.b, kFormOfB), c(params.c, kFormOfC), d(params.d, kFormOfD) {}

    Count a;
    Count b;
    Count c;
    Count d;
};

/// What a formula reads.
enum class ReadKind : std::uint8_t { sum, wide_sum, maximum, since_maximum, average };

/// A number for what is read, `what` of a kind, over which integers: the same for every choice of the parameters.
[[nodiscard, gnu::always_inline]] constexpr std::uint64_t read_key(ReadKind kind, unsigned what, CountForm window,
                                                                   CountForm lag, CountForm first = 0,
                                                                   CountForm second = 0) noexcept {
    return (static_cast<std::uint64_t>(kind) << 8 | what) * 0x9e37'79b9'7f4a'7c15 + window * 0xbf58'476d'1ce4'e5b9 +
           lag * 0x94d0'49bb'1331'11eb + first * 0xd6e8'feb8'6659'fd93 + second * 0xa076'1d64'78bd'642f;
}

}  // namespace foxml::features
