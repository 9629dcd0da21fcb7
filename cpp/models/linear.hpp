#pragma once

#include <cstdint>

#include "models/model.hpp"

namespace foxml::models {

/// Linear regression, logistic regression, FTRL: a weighted sum of features an output.
///
/// The raw score of an output begins at its intercept and takes up `weight * value` term after term, in the order in
/// which the terms are listed; each product and each sum is rounded to float64. A feature that is in no term is not
/// read: the zeros of an L1 penalty are left out, so that a missing value there costs no score.
class LinearModel final : public Model {
   public:
    enum class Link : std::uint8_t { identity, sigmoid, softmax };
    struct Output {
        double intercept = 0.0;
        std::vector<std::size_t> features;  ///< none twice
        std::vector<double> weights;        ///< one a feature of `features`
    };

    /// Throws InvalidInput, prefixed by `source`, naming the output and what is wrong.
    LinearModel(Frame frame, std::vector<Output> outputs, Link link, const std::string& source);

    [[nodiscard]] std::string_view kind() const noexcept override { return "linear"; }
    [[nodiscard]] std::size_t output_count() const noexcept override { return outputs_.size(); }
    [[nodiscard]] std::size_t parameter_count() const noexcept override;
    [[nodiscard]] std::size_t scratch_size() const noexcept override { return 0; }
    void predict(const float* row, double* scratch, double* scores) const noexcept override;
    void predict(const double* row, double* scratch, double* scores) const noexcept override;
    void apply_link(double* scores) const noexcept override;

   private:
    void check(const Output& output, const std::string& place) const;
    template <typename Value>
    [[nodiscard]] double raw_score(const Output& output, const Value* row) const noexcept;

    std::vector<Output> outputs_;
    Link link_;
};

}  // namespace foxml::models
