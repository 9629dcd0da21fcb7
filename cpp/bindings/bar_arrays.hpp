#pragma once

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/feed.hpp"
#include "features/plan.hpp"

namespace foxml::bindings {

using ScaleTuple = std::tuple<double, double>;
using AdjustmentTuple = std::tuple<std::size_t, double, double, bool>;
using Int64s = pybind11::array_t<std::int64_t, pybind11::array::c_style>;
using Floats = pybind11::array_t<float, pybind11::array::c_style>;
using Doubles = pybind11::array_t<double, pybind11::array::c_style>;
using Bools = pybind11::array_t<bool, pybind11::array::c_style>;

[[nodiscard]] features::Scale scale_of(const ScaleTuple& values);
[[nodiscard]] std::vector<engine::Adjustment> adjustments_of(const std::vector<AdjustmentTuple>& values);

/// Throws InvalidInput naming the array.
void check_shape(const char* name, const pybind11::array& array, std::initializer_list<pybind11::ssize_t> expected);

/// NumPy's bools are bytes.
[[nodiscard]] inline std::uint8_t* bytes_of(bool* values) { return reinterpret_cast<std::uint8_t*>(values); }

/// The history of one symbol as Python hands it over.
struct BarArrays {
    Int64s close_ns;
    Int64s session_open_ns;
    Int64s session_close_ns;
    Doubles ohlcv;
    std::optional<Doubles> benchmark_close;

    [[nodiscard]] pybind11::ssize_t count() const { return close_ns.size(); }

    /// Valid as long as this. Throws InvalidInput if the arrays do not belong together, or the plan needs a benchmark
    /// and none is given.
    [[nodiscard]] engine::BarColumns columns(const features::Plan& plan) const;
};

}  // namespace foxml::bindings
