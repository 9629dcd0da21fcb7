#include "bindings/refused_bar.hpp"

#include <exception>

namespace py = pybind11;

namespace foxml::bindings {

namespace {

py::handle refused_bar_type;

}  // namespace

void set_refused_bar(const engine::RefusedBar& error) {
    const py::tuple arguments = py::make_tuple(error.index(), error.close_ns(), error.reason());
    PyErr_SetObject(refused_bar_type.ptr(), arguments.ptr());
}

void register_refused_bar(py::module_& module) {
    refused_bar_type = py::exception<engine::RefusedBar>(module, "RefusedBar", PyExc_ValueError).release();
    py::register_exception_translator([](std::exception_ptr pointer) {
        try {
            if (pointer) {
                std::rethrow_exception(pointer);
            }
        } catch (const engine::RefusedBar& error) {
            set_refused_bar(error);
        }
    });
}

}  // namespace foxml::bindings
