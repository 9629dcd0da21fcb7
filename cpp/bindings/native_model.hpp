#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/typing.h>

#include <memory>
#include <string>
#include <string_view>

#include "bindings/native_forest.hpp"
#include "models/model.hpp"

namespace foxml::bindings {

/// A linear model or a mixture: what Python holds. Nothing changes it, so any number of threads may use it.
class NativeModel {
   public:
    NativeModel(std::string_view bytes, const std::string& source);

    [[nodiscard]] const models::Model& model() const noexcept { return *model_; }
    [[nodiscard]] std::shared_ptr<const models::Model> shared() const noexcept { return model_; }

    /// Scores of rows of shape (n, feature_count): raw, or the model's output.
    template <typename Value>
    pybind11::array_t<double> predict(const Rows<Value>& rows, bool is_output) const;

    [[nodiscard]] pybind11::typing::Dict<pybind11::str, pybind11::object> describe() const;

   private:
    std::shared_ptr<const models::Model> model_;
};

}  // namespace foxml::bindings
