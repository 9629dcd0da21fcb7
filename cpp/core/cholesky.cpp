#include "core/cholesky.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace foxml {

namespace {

/// `value` less the products of the first `count` of both, one after the other.
double less_products(double value, const double* left, const double* right, std::size_t count) noexcept {
    for (std::size_t k = 0; k < count; ++k) {
        value -= left[k] * right[k];
    }
    return value;
}

}  // namespace

bool cholesky(std::vector<double>& triangle, std::size_t size) noexcept {
    FOXML_ASSERT(triangle.size() == triangle_row(size));
    for (std::size_t i = 0; i < size; ++i) {
        double* const row = triangle.data() + triangle_row(i);
        for (std::size_t j = 0; j < i; ++j) {
            const double* const above = triangle.data() + triangle_row(j);
            row[j] = less_products(row[j], row, above, j) / above[j];
        }
        const double square = less_products(row[i], row, row, i);
        if (!(square > 0.0) || !std::isfinite(square)) {
            return false;
        }
        row[i] = std::sqrt(square);
    }
    return true;
}

void solve_lower(const double* triangle, std::size_t size, double* values) noexcept {
    for (std::size_t i = 0; i < size; ++i) {
        const double* const row = triangle + triangle_row(i);
        values[i] = less_products(values[i], row, values, i) / row[i];
    }
}

}  // namespace foxml
