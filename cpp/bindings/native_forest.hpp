#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <string>
#include <string_view>
#include <vector>

#include "trees/interleaved.hpp"
#include "trees/lightgbm_text.hpp"
#include "trees/reference.hpp"

namespace foxml::bindings {

template <typename Value>
using Rows = pybind11::array_t<Value, pybind11::array::c_style>;

/// A forest with its fast predictor: what Python holds.
class NativeForest {
   public:
    NativeForest(std::string_view text, const std::string& source)
        : forest_(trees::read_lightgbm_text(text, source)), fast_(forest_) {}

    [[nodiscard]] const trees::Forest& forest() const noexcept { return forest_; }
    [[nodiscard]] const trees::InterleavedPredictor& fast() const noexcept { return fast_; }

    template <typename Value>
    pybind11::array_t<double> predict(const Rows<Value>& rows) const {
        return each_row(
            rows, [this](const Value* row, double* scratch, double* scores) { fast_.predict(row, scratch, scores); });
    }

    template <typename Value>
    pybind11::array_t<double> predict_reference(const Rows<Value>& rows) const {
        return each_row(rows, [this](const Value* row, double*, double* scores) {
            trees::reference_predict(forest_, row, scores);
        });
    }

   private:
    template <typename Value, typename Predict>
    pybind11::array_t<double> each_row(const Rows<Value>& rows, Predict predict) const {
        namespace py = pybind11;
        if (rows.ndim() != 2 || static_cast<std::size_t>(rows.shape(1)) != forest_.feature_count) {
            throw py::value_error("rows must have shape (n, " + std::to_string(forest_.feature_count) + ")");
        }
        const auto outputs = static_cast<py::ssize_t>(forest_.output_count);
        py::array_t<double> scores({rows.shape(0), outputs});
        const Value* in = rows.data();
        double* out = scores.mutable_data();
        const py::ssize_t n = rows.shape(0);
        {
            py::gil_scoped_release release;
            std::vector<double> scratch(fast_.scratch_size());
            for (py::ssize_t i = 0; i < n; ++i) {
                predict(in + i * rows.shape(1), scratch.data(), out + i * outputs);
            }
        }
        return scores;
    }

    trees::Forest forest_;
    trees::InterleavedPredictor fast_;
};

}  // namespace foxml::bindings
