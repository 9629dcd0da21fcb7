#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/preparation.hpp"

namespace foxml::models {

/// More than any model has: a count beyond it would only exhaust memory.
inline constexpr std::size_t kFeaturesMax = 10'000'000;

/// What every model has, whatever it computes.
struct Frame {
    std::string origin;  ///< the library and class that it comes from, for people
    std::size_t feature_count = 0;
    std::vector<std::string> feature_names;  ///< empty where the file has none
    Preparation preparation;
};

/// A model that is no forest: a few numbers a feature, computed in float64 from additions, products, quotients and the
/// core's own functions in a fixed order. So scores are the same on every machine, in training and live.
///
/// Nothing changes it, so any number of threads may use it.
class Model {
   public:
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;
    virtual ~Model() = default;

    [[nodiscard]] const Frame& frame() const noexcept { return frame_; }
    [[nodiscard]] std::size_t feature_count() const noexcept { return frame_.feature_count; }

    [[nodiscard]] virtual std::string_view kind() const noexcept = 0;
    [[nodiscard]] virtual std::size_t output_count() const noexcept = 0;
    /// Numbers that were learned, for people.
    [[nodiscard]] virtual std::size_t parameter_count() const noexcept = 0;
    /// Doubles of scratch memory that `predict` needs.
    [[nodiscard]] virtual std::size_t scratch_size() const noexcept = 0;

    /// Raw scores of one row (`output_count` values); NaN where there is no finite one. Allocates nothing.
    virtual void predict(const float* row, double* scratch, double* scores) const noexcept = 0;
    virtual void predict(const double* row, double* scratch, double* scores) const noexcept = 0;

    /// Raw scores of one row become the model's output, in place.
    virtual void apply_link(double* scores) const noexcept = 0;

    /// Raw scores of `count` rows that lie one after the other, each as it is by itself.
    template <typename Value>
    void predict_batch(const Value* rows, std::size_t count, double* scratch, double* scores) const noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            predict(rows + i * feature_count(), scratch, scores + i * output_count());
        }
    }

   protected:
    /// Throws InvalidInput, prefixed by `source`, if names or steps of the preparation are not one a feature, or a
    /// number is not finite or no divisor.
    Model(Frame frame, const std::string& source);

   private:
    Frame frame_;
};

/// Throws InvalidInput if a number is not finite.
void check_finite(const std::vector<double>& values, const std::string& what, const std::string& source);

}  // namespace foxml::models
