#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <string_view>

#include "bindings/bindings.hpp"
#include "bindings/native_forest.hpp"

namespace py = pybind11;

namespace foxml::bindings {

void bind_trees(py::module_& module) {
    py::class_<BoundRow>(module, "BoundRow", "Scores a row that lives in a buffer of the caller's.")
        .def("__call__", &BoundRow::operator())
        .def_property_readonly("scores", &BoundRow::scores);

    const py::arg_v is_output = py::arg("output") = false;
    py::class_<NativeForest, std::shared_ptr<NativeForest>>(module, "Forest", "Trees read from a model file.")
        .def(py::init(
                 [](const py::bytes& data, const std::string& source, const std::string& format, bool best_iteration) {
                     return std::make_shared<NativeForest>(
                         std::string_view(data), source, format,
                         best_iteration ? trees::Iterations::up_to_best : trees::Iterations::all);
                 }),
             py::arg("data"), py::arg("source"), py::arg("format") = "", py::arg("best_iteration") = false)
        .def_property_readonly("feature_count", [](const NativeForest& self) { return self.forest().feature_count; })
        .def_property_readonly("output_count", [](const NativeForest& self) { return self.forest().output_count; })
        .def_property_readonly("tree_count", [](const NativeForest& self) { return self.forest().trees.size(); })
        .def_property_readonly("feature_names", [](const NativeForest& self) { return self.forest().feature_names; })
        .def_property_readonly("objective", [](const NativeForest& self) { return self.forest().objective; })
        .def("describe", &NativeForest::describe)
        .def("predict", &NativeForest::predict<float>, py::arg("rows").noconvert(), is_output)
        .def("predict", &NativeForest::predict<double>, py::arg("rows").noconvert(), is_output)
        .def("predict_row", &NativeForest::predict_row<float>, py::arg("row").noconvert(), is_output)
        .def("predict_row", &NativeForest::predict_row<double>, py::arg("row").noconvert(), is_output)
        .def("predict_reference", &NativeForest::predict_reference<float>, py::arg("rows").noconvert())
        .def("predict_reference", &NativeForest::predict_reference<double>, py::arg("rows").noconvert())
        .def(
            "bind", [](const std::shared_ptr<NativeForest>& self, const py::array& row) { return BoundRow(self, row); },
            py::arg("row"));
}

}  // namespace foxml::bindings
