#include "bindings/bindings.hpp"

namespace foxml::bindings {

void bind_numerics(pybind11::module_& module) { (void)module; }

}  // namespace foxml::bindings
