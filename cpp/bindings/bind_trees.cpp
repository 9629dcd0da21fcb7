#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <string_view>

#include "bindings/bindings.hpp"
#include "trees/interleaved.hpp"
#include "trees/lightgbm_text.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

template <typename Value>
using Rows = py::array_t<Value, py::array::c_style>;

/// A forest with its fast predictor: what Python holds.
class NativeForest {
   public:
    NativeForest(std::string_view text, const std::string& source)
        : forest_(trees::read_lightgbm_text(text, source)), fast_(forest_) {}

    [[nodiscard]] const trees::Forest& forest() const noexcept { return forest_; }

    template <typename Value>
    py::array_t<double> predict(const Rows<Value>& rows) const {
        return each_row(
            rows, [this](const Value* row, double* scratch, double* scores) { fast_.predict(row, scratch, scores); });
    }

    template <typename Value>
    py::array_t<double> predict_reference(const Rows<Value>& rows) const {
        return each_row(rows, [this](const Value* row, double*, double* scores) {
            trees::reference_predict(forest_, row, scores);
        });
    }

   private:
    template <typename Value, typename Predict>
    py::array_t<double> each_row(const Rows<Value>& rows, Predict predict) const {
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

}  // namespace

void bind_trees(py::module_& module) {
    py::class_<NativeForest, std::shared_ptr<NativeForest>>(module, "Forest", "Trees read from a model file.")
        .def(py::init([](const py::bytes& data, const std::string& source) {
                 return std::make_shared<NativeForest>(std::string_view(data), source);
             }),
             py::arg("data"), py::arg("source"))
        .def_property_readonly("feature_count", [](const NativeForest& self) { return self.forest().feature_count; })
        .def_property_readonly("output_count", [](const NativeForest& self) { return self.forest().output_count; })
        .def_property_readonly("tree_count", [](const NativeForest& self) { return self.forest().trees.size(); })
        .def_property_readonly("feature_names", [](const NativeForest& self) { return self.forest().feature_names; })
        .def_property_readonly("objective", [](const NativeForest& self) { return self.forest().objective; })
        .def("predict", &NativeForest::predict<float>, py::arg("rows").noconvert())
        .def("predict", &NativeForest::predict<double>, py::arg("rows").noconvert())
        .def("predict_reference", &NativeForest::predict_reference<float>, py::arg("rows").noconvert())
        .def("predict_reference", &NativeForest::predict_reference<double>, py::arg("rows").noconvert());
}

}  // namespace foxml::bindings
