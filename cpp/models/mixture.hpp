#pragma once

#include "models/model.hpp"

namespace foxml::models {

/// A mixture of normal distributions.
///
/// The raw scores are the logarithms of `weight * density`, one a component; the output is the posterior probability of
/// each. Of component k with mean m, covariance L L' (Cholesky) and d features
///
///     y = solution of L y = x - m          (y_i = (x_i - m_i) / L_ii where the covariance is diagonal)
///     raw = log(weight) - d log(2 pi) / 2 - sum of log(L_ii) - (sum of y_i * y_i) / 2
///
/// with every sum taken in the order of the features, and all but the last term computed once. Where a value is NaN, or
/// a density is too small for a number, every raw score of the row is NaN.
class Mixture final : public Model {
   public:
    struct Component {
        double weight = 0.0;
        std::vector<double> mean;
        /// Diagonal: d variances. Full: the lower triangle, row by row, of d * (d + 1) / 2 numbers.
        std::vector<double> covariance;
    };

    /// Throws InvalidInput, prefixed by `source`, naming the component and what is wrong: weights that do not add up to
    /// 1, a covariance that is not positive definite.
    Mixture(Frame frame, std::vector<Component> components, bool is_diagonal, const std::string& source);

    [[nodiscard]] std::string_view kind() const noexcept override { return "mixture"; }
    [[nodiscard]] std::size_t output_count() const noexcept override { return components_.size(); }
    [[nodiscard]] std::size_t parameter_count() const noexcept override;
    [[nodiscard]] std::size_t scratch_size() const noexcept override { return 2 * feature_count(); }
    void predict(const float* row, double* scratch, double* scores) const noexcept override;
    void predict(const double* row, double* scratch, double* scores) const noexcept override;
    void apply_link(double* scores) const noexcept override;

   private:
    void check(const Component& component, const std::string& place) const;
    /// The covariance becomes its factor; what is the same for every row goes into `constants_`.
    void factorize(Component& component, const std::string& place);
    template <typename Value>
    void densities(const Value* row, double* scratch, double* scores) const noexcept;

    std::vector<Component> components_;
    std::vector<double> constants_;
    bool is_diagonal_;
};

}  // namespace foxml::models
