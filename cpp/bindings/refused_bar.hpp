#pragma once

#include <pybind11/pybind11.h>

#include "engine/refused_bar.hpp"

namespace foxml::bindings {

/// RefusedBar as an exception of Python that carries (index, close_ns, reason) as its arguments.
void register_refused_bar(pybind11::module_& module);

/// Sets it as Python's current error.
void set_refused_bar(const engine::RefusedBar& error);

}  // namespace foxml::bindings
