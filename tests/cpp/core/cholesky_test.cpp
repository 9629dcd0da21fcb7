// The factor times its transpose is the matrix, the solution solves, and what is not positive definite is told.
#include "core/cholesky.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace foxml {
namespace {

/// A A' + 1: positive definite whatever A.
std::vector<double> drawn(std::size_t size, std::mt19937_64& random) {
    std::normal_distribution<double> normal;
    std::vector<double> a(size * size);
    for (double& value : a) {
        value = normal(random);
    }
    std::vector<double> triangle;
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = i == j ? 1.0 : 0.0;
            for (std::size_t k = 0; k < size; ++k) {
                sum += a[i * size + k] * a[j * size + k];
            }
            triangle.push_back(sum);
        }
    }
    return triangle;
}

// What the factor is for; a slip in an index shows at once.
TEST(CholeskyTest, FactorTimesItsTransposeIsTheMatrix) {
    std::mt19937_64 random(1);
    for (const std::size_t size : {1U, 2U, 3U, 7U, 20U}) {
        const std::vector<double> matrix = drawn(size, random);
        std::vector<double> factor = matrix;
        ASSERT_TRUE(cholesky(factor, size));
        for (std::size_t i = 0; i < size; ++i) {
            for (std::size_t j = 0; j <= i; ++j) {
                double sum = 0.0;
                for (std::size_t k = 0; k <= j; ++k) {
                    sum += factor[triangle_row(i) + k] * factor[triangle_row(j) + k];
                }
                EXPECT_NEAR(sum, matrix[triangle_row(i) + j], 1e-12 * static_cast<double>(size * size));
            }
        }
    }
}

// By hand: [[4, 2], [2, 10]] has the factor [[2, 0], [1, 3]]; every number is exact.
TEST(CholeskyTest, SmallMatrixByHand) {
    std::vector<double> factor{4.0, 2.0, 10.0};
    ASSERT_TRUE(cholesky(factor, 2));
    EXPECT_EQ(factor, (std::vector<double>{2.0, 1.0, 3.0}));
    double values[] = {6.0, 9.0};
    solve_lower(factor.data(), 2, values);
    EXPECT_EQ(values[0], 3.0);
    EXPECT_EQ(values[1], 2.0);
}

// A square root of nothing would go on as NaN into every density.
TEST(CholeskyTest, RefusesWhatIsNotPositiveDefinite) {
    const double inf = std::numeric_limits<double>::infinity();
    for (std::vector<double> matrix : std::vector<std::vector<double>>{{0.0, 0.0, 1.0},
                                                                       {1.0, 2.0, 1.0},
                                                                       {-1.0, 0.0, 1.0},
                                                                       {1.0, 1.0, 1.0},
                                                                       {inf, 0.0, 1.0},
                                                                       {std::nan(""), 0, 1}}) {
        EXPECT_FALSE(cholesky(matrix, 2)) << matrix[0] << ' ' << matrix[1] << ' ' << matrix[2];
    }
}

}  // namespace
}  // namespace foxml
