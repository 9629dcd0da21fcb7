#pragma once

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

/// The nearest integer, ties to even, whatever the rounding mode. |x| must be below 2^63.
[[nodiscard]] constexpr std::int64_t round_half_even(double x) noexcept {
    const auto towards_zero = static_cast<std::int64_t>(x);
    const double rest = x - static_cast<double>(towards_zero);  // exact: below 2^52 it has the bits, above it is 0
    const std::int64_t away = rest < 0.0 ? -1 : 1;
    const double size = rest < 0.0 ? -rest : rest;
    const bool up = size > 0.5 || (size == 0.5 && (towards_zero & 1) != 0);
    return towards_zero + (up ? away : 0);
}

}  // namespace foxml
