#pragma once

#include <pybind11/pybind11.h>

namespace foxml::bindings {

/// A function of (close_ns, session_open_ns, session_close_ns, ohlcv, present) that takes a slice into the engine and
/// returns a new `result_type`, of which the slots `rows`, `ready` and `scores` are set.
///
/// It speaks to the interpreter without pybind11 in between: for one symbol the engine's own work takes not much longer
/// than an ordinary call. Arrays that are not plain ones of the right type are refused with a TypeError.
[[nodiscard]] pybind11::object slice_call(const pybind11::object& engine, const pybind11::type& result_type);

}  // namespace foxml::bindings
