#pragma once

#include <pybind11/pybind11.h>

namespace foxml::bindings {

void bind_numerics(pybind11::module_& module);
void bind_bars(pybind11::module_& module);
void bind_trees(pybind11::module_& module);
void bind_models(pybind11::module_& module);
void bind_features(pybind11::module_& module);
void bind_engine(pybind11::module_& module);
void bind_batch(pybind11::module_& module);

}  // namespace foxml::bindings
