#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/bar_arrays.hpp"
#include "bindings/bindings.hpp"
#include "engine/batch.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

using Plan = features::Plan;

template <typename Value>
std::tuple<py::array_t<Value>, Bools> batch(const std::shared_ptr<Plan>& plan, const ScaleTuple& scale,
                                            const Int64s& close_ns, const Int64s& session_open_ns,
                                            const Int64s& session_close_ns, const Doubles& ohlcv,
                                            const std::vector<AdjustmentTuple>& adjustments,
                                            const std::optional<Doubles>& benchmark_close) {
    const BarArrays arrays{close_ns, session_open_ns, session_close_ns, ohlcv, benchmark_close};
    const engine::BarColumns bars = arrays.columns(*plan);
    const std::vector<engine::Adjustment> factors = adjustments_of(adjustments);
    py::array_t<Value> values({arrays.count(), static_cast<py::ssize_t>(plan->feature_count())});
    Bools ready(arrays.count());
    Value* const out = values.mutable_data();
    std::uint8_t* const out_ready = bytes_of(ready.mutable_data());
    {
        const py::gil_scoped_release release;
        engine::run_batch(plan, scale_of(scale), bars, factors, out, out_ready);
    }
    return {std::move(values), std::move(ready)};
}

using HistoryTuple =
    std::tuple<ScaleTuple, Int64s, Int64s, Int64s, Doubles, std::vector<AdjustmentTuple>, std::optional<Doubles>>;

std::vector<std::tuple<Floats, Bools>> batch_many(const std::shared_ptr<Plan>& plan,
                                                  const std::vector<HistoryTuple>& histories) {
    std::vector<std::tuple<Floats, Bools>> results;
    std::vector<BarArrays> arrays;
    std::vector<engine::BatchItem> items;
    for (const auto& [scale, close_ns, session_open_ns, session_close_ns, ohlcv, adjustments, benchmark] : histories) {
        arrays.push_back({close_ns, session_open_ns, session_close_ns, ohlcv, benchmark});
        const engine::BarColumns bars = arrays.back().columns(*plan);
        Floats values({arrays.back().count(), static_cast<py::ssize_t>(plan->feature_count())});
        Bools ready(arrays.back().count());
        items.push_back({scale_of(scale), bars, adjustments_of(adjustments), values.mutable_data(),
                         bytes_of(ready.mutable_data())});
        results.emplace_back(std::move(values), std::move(ready));
    }
    {
        const py::gil_scoped_release release;
        engine::run_batch_many(plan, items);
    }
    return results;
}

}  // namespace

void bind_batch(py::module_& module) {
    module.def("batch", &batch<float>, py::arg("plan"), py::arg("scale"), py::arg("close_ns").noconvert(),
               py::arg("session_open_ns").noconvert(), py::arg("session_close_ns").noconvert(),
               py::arg("ohlcv").noconvert(), py::arg("adjustments"), py::arg("benchmark_close") = py::none(),
               "Values and ready of a whole history, in float32.");
    module.def("batch_double", &batch<double>, py::arg("plan"), py::arg("scale"), py::arg("close_ns").noconvert(),
               py::arg("session_open_ns").noconvert(), py::arg("session_close_ns").noconvert(),
               py::arg("ohlcv").noconvert(), py::arg("adjustments"), py::arg("benchmark_close") = py::none(),
               "Values and ready of a whole history, in float64.");
    module.def("batch_many", &batch_many, py::arg("plan"), py::arg("histories"),
               "Values and ready of each of many histories, in float32. A history is what `batch` takes, in order.");
}

}  // namespace foxml::bindings
