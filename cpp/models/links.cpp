#include "models/links.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/numerics.hpp"

namespace foxml::models {

double sigmoid(double x) noexcept { return 1.0 / (1.0 + exp(-x)); }

void softmax(double* values, std::size_t count) noexcept {
    if (std::any_of(values, values + count, [](double value) { return std::isnan(value); })) {
        std::fill_n(values, count, std::numeric_limits<double>::quiet_NaN());
        return;
    }
    const double largest = *std::max_element(values, values + count);
    double sum = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
        values[k] = exp(values[k] - largest);
        sum += values[k];
    }
    for (std::size_t k = 0; k < count; ++k) {
        values[k] /= sum;
    }
}

}  // namespace foxml::models
