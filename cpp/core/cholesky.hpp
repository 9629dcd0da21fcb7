#pragma once

#include <cstddef>
#include <vector>

namespace foxml {

/// Where row `i` of a lower triangle begins that is stored row by row without what is above its diagonal:
///
///     a00                 number of  a00 a10 a11 a20 a21 a22
///     a10 a11                          0   1   2   3   4   5
///     a20 a21 a22
[[nodiscard]] constexpr std::size_t triangle_row(std::size_t i) noexcept { return i * (i + 1) / 2; }

/// Cholesky's factor: the lower triangle of a symmetric matrix A of `size` rows becomes that of L with A = L L'.
///
/// Row by row, each sum from the left: the same bits on every machine. False, with the triangle half done, if A is not
/// positive definite, or not finite.
[[nodiscard]] bool cholesky(std::vector<double>& triangle, std::size_t size) noexcept;

/// Solves L y = b; y takes the place of b.
void solve_lower(const double* triangle, std::size_t size, double* values) noexcept;

}  // namespace foxml
