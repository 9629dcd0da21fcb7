#include "bindings/bindings.hpp"

namespace foxml::bindings {

void bind_features(pybind11::module_& module) { (void)module; }

}  // namespace foxml::bindings
