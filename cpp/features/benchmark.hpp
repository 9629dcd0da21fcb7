#pragma once

#include "features/formulas.hpp"

namespace foxml::features {

// The symbol's r against the benchmark's b. What reads b has no value unless the benchmark is present at every bar.

/// n^2 times the population covariance of r and b, exact.
template <typename V, typename N, typename Lag = int>
[[nodiscard]] auto benchmark_codispersion(const V& v, N n, Lag lag = 0) {
    return n * v.sum(WideColumn::benchmark_product, n, lag) -
           product(v.sum(Column::log_return, n, lag), v.sum(Column::benchmark_return, n, lag));
}

/// n^2 times the population variance of b, exact.
template <typename V, typename N, typename Lag = int>
[[nodiscard]] auto benchmark_dispersion(const V& v, N n, Lag lag = 0) {
    return dispersion(v, Column::benchmark_return, WideColumn::benchmark_square, n, lag);
}

/// The value, or none where the benchmark has not been there at each of the last n bars.
template <typename V, typename N, typename Value>
[[nodiscard]] auto where_benchmark(const V& v, N n, Value value) {
    return select(v.sum(Column::benchmark_present, n) == n, value, Value{kNaN});
}

/// cov(r, b) / var(b) over the n bars that end `lag` bars before the last.
template <typename V, typename N, typename Lag = int>
[[nodiscard]] auto beta_of(const V& v, N n, Lag lag = 0) {
    return ratio(benchmark_codispersion(v, n, lag), benchmark_dispersion(v, n, lag));
}

/// r less what beta over the n bars before makes of b, in units of r.
template <typename V, typename N>
[[nodiscard]] auto residual_return(const V& v, N n) {
    const auto expected = beta_of(v, n, 1) * real(v.sum(Column::benchmark_return, 1));
    return where_benchmark(v, n + 1, real(v.sum(Column::log_return, 1)) - expected);
}

}  // namespace foxml::features
