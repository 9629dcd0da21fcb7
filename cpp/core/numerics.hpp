#pragma once

#include <emmintrin.h>

#include <cstdint>

namespace foxml {

/// Natural logarithm, from additions, multiplications and one division in a fixed order: the same bits on every CPU.
///
/// The argument is split into 2^k * m with m in [sqrt(1/2), sqrt(2)), and log(m) is the odd series in
/// s = (m-1)/(m+1) with the minimax coefficients of the fdlibm family. Error below 1 ulp. log(0) = -inf, log(x<0) =
/// NaN.
[[nodiscard]] double log(double x) noexcept;

/// Exponential function, reproducible in the same sense. Error below 1 ulp; overflow gives +inf, underflow 0 or a
/// subnormal.
[[nodiscard]] double exp(double x) noexcept;

/// sin(pi x), reproducible in the same sense. Error below 2 ulp; exact at multiples of one half. |x| up to 2^52.
[[nodiscard]] double sin_pi(double x) noexcept;

/// cos(pi x), the same.
[[nodiscard]] double cos_pi(double x) noexcept;

/// Error function, reproducible in the same sense. Error below 3 ulp. 2 Phi(z) - 1 = erf(z / sqrt(2)) for the normal
/// distribution function Phi.
[[nodiscard]] double erf(double x) noexcept;

/// The nearest integer, ties to even, in the default rounding mode. |x| must be below 2^63.
[[nodiscard]] inline std::int64_t round_half_even(double x) noexcept {
    return _mm_cvtsd_si64(_mm_set_sd(x));  // one instruction of every x86-64; branches would be coin flips
}

}  // namespace foxml
