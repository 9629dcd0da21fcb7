#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/typing.h>

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trees/predictor.hpp"
#include "trees/xgboost.hpp"

namespace foxml::bindings {

template <typename Value>
using Rows = pybind11::array_t<Value, pybind11::array::c_style>;

/// A forest with its fast predictor: what Python holds. Nothing changes it, so any number of threads may use it.
class NativeForest {
   public:
    /// `format`: "lightgbm", "xgboost", "foxml", or "" to tell it from the bytes.
    NativeForest(std::string_view bytes, const std::string& source, const std::string& format,
                 trees::Iterations iterations);

    [[nodiscard]] const trees::Forest& forest() const noexcept { return forest_; }
    [[nodiscard]] const trees::Predictor& fast() const noexcept { return fast_; }

    /// Scores of rows of shape (n, feature_count), in the library's precision: raw, or its output.
    template <typename Value>
    pybind11::array predict(const Rows<Value>& rows, bool is_output) const;

    /// The raw scores by the plain walk.
    template <typename Value>
    pybind11::array predict_reference(const Rows<Value>& rows) const;

    /// Scores of one row of shape (feature_count,).
    template <typename Value>
    pybind11::array predict_row(const Rows<Value>& row, bool is_output) const;

    [[nodiscard]] pybind11::typing::Dict<pybind11::str, pybind11::object> describe() const;

   private:
    template <typename Value>
    void check_rows(const Rows<Value>& rows) const;

    template <typename Score, typename Value, typename Predict>
    pybind11::array each_row(const Rows<Value>& rows, std::size_t width, Predict predict) const;

    template <typename Value, typename Predict>
    pybind11::array each_row(const Rows<Value>& rows, bool is_output, Predict predict) const;

    trees::Forest forest_;
    trees::Predictor fast_;
};

/// Scores a row that lives in a buffer of the caller's, again and again: nothing is copied, allocated or checked.
///
/// It holds scratch memory: one thread at a time.
class BoundRow {
   public:
    BoundRow(std::shared_ptr<const NativeForest> forest, const pybind11::array& row);

    /// Raw score of output 0 of what the buffer holds now.
    double operator()() noexcept;

    /// Raw scores of the last call; the same array each time.
    [[nodiscard]] const pybind11::array_t<double>& scores() const noexcept { return scores_; }

   private:
    std::shared_ptr<const NativeForest> forest_;
    pybind11::array row_;  // keeps the buffer alive
    std::variant<const float*, const double*> values_;
    std::vector<double> scratch_;
    pybind11::array_t<double> scores_;
    double* written_;
};

}  // namespace foxml::bindings
