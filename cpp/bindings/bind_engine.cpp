#include <pybind11/functional.h>
#include <pybind11/stl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bindings/bindings.hpp"
#include "bindings/native_engine.hpp"
#include "bindings/refused_bar.hpp"
#include "bindings/slice_call.hpp"

namespace py = pybind11;

namespace foxml::bindings {

void bind_engine(py::module_& module) {
    register_refused_bar(module);
    py::class_<NativeEngine>(module, "Engine", "Features and models of many symbols: one call per slice.")
        .def(py::init<std::shared_ptr<features::Plan>, const std::vector<ScaleTuple>&, const std::vector<EngineModel>&,
                      const std::string&, std::optional<std::size_t>>(),
             py::arg("plan"), py::arg("scales"), py::arg("models"), py::arg("identity"),
             py::arg("benchmark") = py::none())
        .def(
            "slice_call",
            [](const py::object& self, const py::type& result_type) { return slice_call(self, result_type); },
            py::arg("result_type"),
            "A function of close_ns, session_open_ns, session_close_ns, ohlcv and present that takes in a slice; "
            "returns a `result_type` with the slots rows, ready and scores.")
        .def("extend", &NativeEngine::extend, py::arg("symbol"), py::arg("close_ns").noconvert(),
             py::arg("session_open_ns").noconvert(), py::arg("session_close_ns").noconvert(),
             py::arg("ohlcv").noconvert(), py::arg("adjustments"), py::arg("benchmark_close") = py::none(),
             "Take in more bars of one symbol; returns values and ready.")
        .def("adjust", &NativeEngine::adjust, py::arg("symbol"), py::arg("price_factor"), py::arg("volume_factor"),
             "Put a symbol's past on the terms after a corporate action.")
        .def("snapshot", &NativeEngine::snapshot, "The whole state, checksummed.")
        .def("restore", &NativeEngine::restore, py::arg("data"), "Take the state from a snapshot.");
}

}  // namespace foxml::bindings
