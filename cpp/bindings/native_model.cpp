#include "bindings/native_model.hpp"

#include <vector>

#include "models/model_json.hpp"

namespace py = pybind11;

namespace foxml::bindings {

NativeModel::NativeModel(std::string_view bytes, const std::string& source)
    : model_(models::read_model_json(bytes, source)) {}

template <typename Value>
py::array_t<double> NativeModel::predict(const Rows<Value>& rows, bool is_output) const {
    if (rows.ndim() != 2 || static_cast<std::size_t>(rows.shape(1)) != model_->feature_count()) {
        throw py::value_error("rows must have shape (n, " + std::to_string(model_->feature_count()) + ")");
    }
    const std::size_t outputs = model_->output_count();
    py::array_t<double> scores({rows.shape(0), static_cast<py::ssize_t>(outputs)});
    const Value* const in = rows.data();
    double* const out = scores.mutable_data();
    const auto n = static_cast<std::size_t>(rows.shape(0));
    {
        const py::gil_scoped_release release;
        std::vector<double> scratch(model_->scratch_size());
        model_->predict_batch(in, n, scratch.data(), out);
        for (std::size_t i = 0; is_output && i < n; ++i) {
            model_->apply_link(out + i * outputs);
        }
    }
    return scores;
}

py::typing::Dict<py::str, py::object> NativeModel::describe() const {
    py::typing::Dict<py::str, py::object> found;
    found["kind"] = std::string(model_->kind());
    found["origin"] = model_->frame().origin;
    found["features"] = model_->feature_count();
    found["outputs"] = model_->output_count();
    found["parameters"] = model_->parameter_count();
    found["fills_missing"] = !model_->frame().preparation.fill.empty();
    return found;
}

template py::array_t<double> NativeModel::predict<float>(const Rows<float>&, bool) const;
template py::array_t<double> NativeModel::predict<double>(const Rows<double>&, bool) const;

}  // namespace foxml::bindings
