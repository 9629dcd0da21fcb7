#pragma once

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

}  // namespace foxml
