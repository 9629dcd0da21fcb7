#pragma once

#include <cstddef>

namespace foxml::models {

/// 1 / (1 + exp(-x)), by the core's exp: the same bits on every machine.
[[nodiscard]] double sigmoid(double x) noexcept;

/// exp(x_k) over their sum, which is taken in order, after the largest was subtracted from all. NaN makes all NaN.
void softmax(double* values, std::size_t count) noexcept;

}  // namespace foxml::models
