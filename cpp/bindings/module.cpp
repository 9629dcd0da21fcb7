#include "bindings/bindings.hpp"

PYBIND11_MODULE(_native, module) {
    module.doc() = "The compiled core of FoxML: reproducible numerics, bars, streaming features, inference of models.";
    foxml::bindings::bind_numerics(module);
    foxml::bindings::bind_bars(module);
    foxml::bindings::bind_trees(module);
    foxml::bindings::bind_models(module);
    foxml::bindings::bind_features(module);
    foxml::bindings::bind_engine(module);
    foxml::bindings::bind_batch(module);
}
