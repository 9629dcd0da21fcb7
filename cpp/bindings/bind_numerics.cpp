#include <pybind11/numpy.h>

#include "bindings/bindings.hpp"
#include "core/numerics.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

using Values = py::array_t<double, py::array::c_style>;

template <double (*Function)(double) noexcept>
Values apply(const Values& values) {
    Values result(std::vector<py::ssize_t>(values.shape(), values.shape() + values.ndim()));
    const double* in = values.data();
    double* out = result.mutable_data();
    for (py::ssize_t i = 0; i < values.size(); ++i) {
        out[i] = Function(in[i]);
    }
    return result;
}

}  // namespace

void bind_numerics(py::module_& module) {
    module.def("log", &foxml::log, py::arg("x"), "Natural logarithm of a float.");
    module.def("exp", &foxml::exp, py::arg("x"), "Exponential of a float.");
    module.def("log_array", &apply<&foxml::log>, py::arg("values"), "Natural logarithm, element by element.");
    module.def("exp_array", &apply<&foxml::exp>, py::arg("values"), "Exponential, element by element.");
}

}  // namespace foxml::bindings
