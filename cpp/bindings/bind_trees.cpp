#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <memory>
#include <string_view>

#include "bindings/bindings.hpp"
#include "bindings/native_forest.hpp"

namespace py = pybind11;

namespace foxml::bindings {

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
