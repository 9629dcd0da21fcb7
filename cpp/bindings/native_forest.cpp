#include "bindings/native_forest.hpp"

#include <pybind11/stl.h>

#include <algorithm>

#include "core/errors.hpp"
#include "trees/foxml_json.hpp"
#include "trees/leaf_order.hpp"
#include "trees/lightgbm_text.hpp"
#include "trees/link.hpp"
#include "trees/model_file.hpp"
#include "trees/reference.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

trees::Forest read(std::string_view bytes, const std::string& source, const std::string& format,
                   trees::Iterations iterations) {
    if (format == "lightgbm") {
        return trees::read_lightgbm_text(bytes, source);
    }
    if (format == "xgboost") {
        return trees::read_xgboost(bytes, source, iterations);
    }
    if (format == "foxml") {
        return trees::read_foxml_json(bytes, source);
    }
    return trees::read_model_file(bytes, source, iterations);
}

std::size_t used_features(const trees::Forest& forest) {
    std::vector<bool> is_used(forest.feature_count, false);
    for (const trees::Tree& tree : forest.trees) {
        for (const trees::Split& split : tree.splits) {
            is_used[static_cast<std::size_t>(split.feature)] = true;
        }
        for (const trees::LinearLeaf& leaf : tree.linear) {
            for (const trees::LinearLeaf::Term& term : leaf.terms) {
                is_used[static_cast<std::size_t>(term.feature)] = true;
            }
        }
    }
    for (std::size_t i = 0; i < forest.weights.size(); ++i) {
        is_used[i / forest.output_count] = is_used[i / forest.output_count] || forest.weights[i] != 0.0;
    }
    return static_cast<std::size_t>(std::count(is_used.begin(), is_used.end(), true));
}

/// Rows scored before their scores are given their final form.
constexpr std::size_t kRowsAtOnce = 1024;

}  // namespace

NativeForest::NativeForest(std::string_view bytes, const std::string& source, const std::string& format,
                           trees::Iterations iterations)
    : forest_(read(bytes, source, format, iterations)), fast_(forest_) {}

template <typename Value>
void NativeForest::check_rows(const Rows<Value>& rows) const {
    if (rows.ndim() != 2 || static_cast<std::size_t>(rows.shape(1)) != forest_.feature_count) {
        throw py::value_error("rows must have shape (n, " + std::to_string(forest_.feature_count) + ")");
    }
}

template <typename Score, typename Value, typename Predict>
py::array NativeForest::each_row(const Rows<Value>& rows, std::size_t width, Predict predict) const {
    check_rows(rows);
    py::array_t<Score> scores({rows.shape(0), static_cast<py::ssize_t>(width)});
    const Value* in = rows.data();
    Score* out = scores.mutable_data();
    const auto n = static_cast<std::size_t>(rows.shape(0));
    {
        const py::gil_scoped_release release;
        // Not filled with zeros: for a single row that takes as long as its score.
        const auto scratch = std::make_unique_for_overwrite<double[]>(fast_.scratch_size());
        const std::size_t outputs = forest_.output_count;
        std::vector<double> raw(std::min(n, kRowsAtOnce) * outputs);
        for (std::size_t first = 0; first < n; first += kRowsAtOnce) {
            const std::size_t count = std::min(kRowsAtOnce, n - first);
            predict(in + first * forest_.feature_count, count, scratch.get(), raw.data());
            for (std::size_t i = 0; i < count; ++i) {
                std::transform(raw.data() + i * outputs, raw.data() + i * outputs + width, out + (first + i) * width,
                               [](double score) { return static_cast<Score>(score); });
            }
        }
    }
    return scores;
}

template <typename Value, typename Predict>
py::array NativeForest::each_row(const Rows<Value>& rows, bool is_output, Predict predict) const {
    const std::size_t width = is_output ? trees::link_width(forest_) : forest_.output_count;
    return forest_.arithmetic == trees::Arithmetic::float64 ? each_row<double>(rows, width, predict)
                                                            : each_row<float>(rows, width, predict);
}

template <typename Value>
py::array NativeForest::predict(const Rows<Value>& rows, bool is_output) const {
    return each_row(rows, is_output, [&](const Value* some, std::size_t count, double* scratch, double* scores) {
        fast_.predict_batch(some, count, scratch, scores);
        for (std::size_t i = 0; is_output && i < count; ++i) {
            trees::apply_link(forest_, scores + i * forest_.output_count);
        }
    });
}

template <typename Value>
py::array NativeForest::predict_reference(const Rows<Value>& rows) const {
    return each_row(rows, false, [this](const Value* some, std::size_t count, double*, double* scores) {
        for (std::size_t i = 0; i < count; ++i) {
            trees::reference_predict(forest_, some + i * forest_.feature_count, scores + i * forest_.output_count);
        }
    });
}

template <typename Value>
py::array NativeForest::predict_row(const Rows<Value>& row, bool is_output) const {
    if (row.ndim() != 1) {
        throw py::value_error("a row must have shape (" + std::to_string(forest_.feature_count) + ",)");
    }
    const Rows<Value> rows({py::ssize_t{1}, row.shape(0)}, row.data(), row);
    py::array scores = predict(rows, is_output);
    return scores[py::int_(0)];
}

py::typing::Dict<py::str, py::object> NativeForest::describe() const {
    std::size_t leaves = 0;
    std::size_t depth = 0;
    std::size_t categorical = 0;
    for (const trees::Tree& tree : forest_.trees) {
        leaves += tree.leaf_count();
        depth = std::max(depth, trees::depth_of(tree));
        categorical += tree.category_sets.size();
    }
    py::typing::Dict<py::str, py::object> found;
    found["format"] = forest_.format;
    found["objective"] = forest_.objective;
    found["trees"] = forest_.trees.size();
    found["leaves"] = leaves;
    found["depth"] = depth;
    found["category_sets"] = categorical;
    found["features"] = forest_.feature_count;
    found["features_used"] = used_features(forest_);
    found["outputs"] = forest_.output_count;
    found["best_iteration"] = forest_.best_iteration;
    found["kernel"] = std::string(fast_.row_kernel());
    found["batch_kernel"] = std::string(fast_.batch_kernel());
    found["table_bytes"] = fast_.bytes();
    return found;
}

BoundRow::BoundRow(std::shared_ptr<const NativeForest> forest, const py::array& row)
    : forest_(std::move(forest)),
      row_(row),
      scratch_(forest_->fast().scratch_size()),
      scores_(static_cast<py::ssize_t>(forest_->forest().output_count)),
      written_(scores_.mutable_data()) {
    const bool is_row = row.ndim() == 1 && static_cast<std::size_t>(row.shape(0)) == forest_->forest().feature_count &&
                        (row.flags() & py::array::c_style) != 0;
    if (is_row && row.dtype().equal(py::dtype::of<float>())) {
        values_ = static_cast<const float*>(row.data());
    } else if (is_row && row.dtype().equal(py::dtype::of<double>())) {
        values_ = static_cast<const double*>(row.data());
    } else {
        throw py::value_error("the buffer must be a contiguous float32 or float64 array of shape (" +
                              std::to_string(forest_->forest().feature_count) + ",)");
    }
    std::fill_n(written_, forest_->forest().output_count, 0.0);
    scores_.attr("setflags")(py::arg("write") = false);
}

double BoundRow::operator()() noexcept {
    if (const auto* const* floats = std::get_if<const float*>(&values_)) {
        forest_->fast().predict(*floats, scratch_.data(), written_);
    } else {
        forest_->fast().predict(std::get<const double*>(values_), scratch_.data(), written_);
    }
    return written_[0];
}

template py::array NativeForest::predict<float>(const Rows<float>&, bool) const;
template py::array NativeForest::predict<double>(const Rows<double>&, bool) const;
template py::array NativeForest::predict_reference<float>(const Rows<float>&) const;
template py::array NativeForest::predict_reference<double>(const Rows<double>&) const;
template py::array NativeForest::predict_row<float>(const Rows<float>&, bool) const;
template py::array NativeForest::predict_row<double>(const Rows<double>&, bool) const;

}  // namespace foxml::bindings
