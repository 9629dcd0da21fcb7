#include "bindings/bar_arrays.hpp"

#include <algorithm>
#include <string>

#include "core/errors.hpp"

namespace py = pybind11;

namespace foxml::bindings {

features::Scale scale_of(const ScaleTuple& values) { return features::Scale{std::get<0>(values), std::get<1>(values)}; }

std::vector<engine::Adjustment> adjustments_of(const std::vector<AdjustmentTuple>& values) {
    std::vector<engine::Adjustment> adjustments;
    for (const auto& [before_bar, price_factor, volume_factor, of_benchmark] : values) {
        adjustments.push_back({before_bar, price_factor, volume_factor, of_benchmark});
    }
    return adjustments;
}

void check_shape(const char* name, const py::array& array, std::initializer_list<py::ssize_t> expected) {
    const bool same = array.ndim() == static_cast<py::ssize_t>(expected.size()) &&
                      std::equal(expected.begin(), expected.end(), array.shape());
    if (!same) {
        throw InvalidInput(std::string(name) + " has the shape " + py::cast<std::string>(py::str(array.attr("shape"))) +
                           ", expected another");
    }
}

engine::BarColumns BarArrays::columns(const features::Plan& plan) const {
    const py::ssize_t n = count();
    check_shape("close_ns", close_ns, {n});
    check_shape("session_open_ns", session_open_ns, {n});
    check_shape("session_close_ns", session_close_ns, {n});
    check_shape("ohlcv", ohlcv, {n, 5});
    if (benchmark_close) {
        check_shape("benchmark_close", *benchmark_close, {n});
    } else if (plan.needs_benchmark()) {
        throw InvalidInput("the plan compares with a benchmark and none is given");
    }
    return {static_cast<std::size_t>(n), close_ns.data(), session_open_ns.data(),
            session_close_ns.data(),     ohlcv.data(),    benchmark_close ? benchmark_close->data() : nullptr};
}

}  // namespace foxml::bindings
