#include <pybind11/stl.h>

#include <memory>
#include <string_view>

#include "bindings/bindings.hpp"
#include "bindings/native_model.hpp"

namespace py = pybind11;

namespace foxml::bindings {

void bind_models(py::module_& module) {
    const py::arg_v is_output = py::arg("output") = false;
    py::class_<NativeModel, std::shared_ptr<NativeModel>>(module, "SmallModel",
                                                          "A linear model or a mixture read from FoxML's own form.")
        .def(py::init([](const py::bytes& data, const std::string& source) {
                 return std::make_shared<NativeModel>(std::string_view(data), source);
             }),
             py::arg("data"), py::arg("source"))
        .def_property_readonly("kind", [](const NativeModel& self) { return std::string(self.model().kind()); })
        .def_property_readonly("feature_count", [](const NativeModel& self) { return self.model().feature_count(); })
        .def_property_readonly("output_count", [](const NativeModel& self) { return self.model().output_count(); })
        .def_property_readonly("feature_names",
                               [](const NativeModel& self) { return self.model().frame().feature_names; })
        .def("describe", &NativeModel::describe)
        .def("predict", &NativeModel::predict<float>, py::arg("rows").noconvert(), is_output)
        .def("predict", &NativeModel::predict<double>, py::arg("rows").noconvert(), is_output);
}

}  // namespace foxml::bindings
