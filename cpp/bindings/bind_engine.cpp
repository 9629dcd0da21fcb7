#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <algorithm>
#include <exception>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/bindings.hpp"
#include "bindings/native_forest.hpp"
#include "engine/batch.hpp"
#include "engine/engine.hpp"
#include "engine/refused_bar.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

using Plan = features::Plan;
using ScaleTuple = std::tuple<double, double>;
using AdjustmentTuple = std::tuple<std::size_t, double, double, bool>;
using Int64s = py::array_t<std::int64_t, py::array::c_style>;
using Doubles = py::array_t<double, py::array::c_style>;
using Bools = py::array_t<bool, py::array::c_style>;

features::Scale scale_of(const ScaleTuple& values) { return features::Scale{std::get<0>(values), std::get<1>(values)}; }

void check_shape(const char* name, const py::array& array, std::initializer_list<py::ssize_t> expected) {
    const bool same = array.ndim() == static_cast<py::ssize_t>(expected.size()) &&
                      std::equal(expected.begin(), expected.end(), array.shape());
    if (!same) {
        throw InvalidInput(std::string(name) + " has the shape " + py::cast<std::string>(py::str(array.attr("shape"))) +
                           ", expected another");
    }
}

/// An engine that several Python threads may hold: one of them works at a time, without the interpreter's lock.
class NativeEngine {
   public:
    NativeEngine(std::shared_ptr<Plan> plan, const std::vector<ScaleTuple>& scales,
                 const std::vector<std::shared_ptr<NativeForest>>& forests, const std::string& identity,
                 std::optional<std::size_t> benchmark)
        : engine_(std::move(plan), scales_of(scales), scorers_of(forests), identity, benchmark) {}

    std::tuple<py::array_t<float>, Bools, Doubles> on_slice(std::int64_t close_ns, std::int64_t session_open_ns,
                                                            std::int64_t session_close_ns, const Doubles& ohlcv,
                                                            const Bools& present) {
        const auto n = static_cast<py::ssize_t>(engine_.symbol_count());
        check_shape("ohlcv", ohlcv, {n, 5});
        check_shape("present", present, {n});
        py::array_t<float> rows({n, static_cast<py::ssize_t>(engine_.feature_count())});
        Bools ready(n);
        Doubles scores({n, static_cast<py::ssize_t>(engine_.scorer_count())});
        const engine::Slice slice{close_ns, session_open_ns, session_close_ns, ohlcv.data(), bytes_of(present.data())};
        const engine::SliceResult result{rows.mutable_data(), bytes_of(ready.mutable_data()), scores.mutable_data()};
        {
            const py::gil_scoped_release release;
            const std::lock_guard lock(mutex_);
            engine_.on_slice(slice, result);
        }
        return {std::move(rows), std::move(ready), std::move(scores)};
    }

    void adjust(std::size_t symbol, double price_factor, double volume_factor) {
        const py::gil_scoped_release release;
        const std::lock_guard lock(mutex_);
        engine_.adjust(symbol, price_factor, volume_factor);
    }

    py::bytes snapshot() {
        std::string bytes;
        {
            const py::gil_scoped_release release;
            const std::lock_guard lock(mutex_);
            bytes = engine_.snapshot();
        }
        return bytes;
    }

    void restore(const py::bytes& data) {
        const std::string_view bytes(data);
        const py::gil_scoped_release release;
        const std::lock_guard lock(mutex_);
        engine_.restore(bytes);
    }

   private:
    static const std::uint8_t* bytes_of(const bool* values) { return reinterpret_cast<const std::uint8_t*>(values); }
    static std::uint8_t* bytes_of(bool* values) { return reinterpret_cast<std::uint8_t*>(values); }

    static std::vector<features::Scale> scales_of(const std::vector<ScaleTuple>& values) {
        std::vector<features::Scale> scales;
        for (const ScaleTuple& value : values) {
            scales.push_back(scale_of(value));
        }
        return scales;
    }

    static std::vector<engine::Scorer> scorers_of(const std::vector<std::shared_ptr<NativeForest>>& forests) {
        std::vector<engine::Scorer> scorers;
        for (const auto& forest : forests) {
            // Shares the ownership of the whole forest, points at its predictor.
            std::shared_ptr<const trees::InterleavedPredictor> predictor(forest, &forest->fast());
            scorers.push_back({std::move(predictor), forest->forest().feature_count, forest->forest().output_count});
        }
        return scorers;
    }

    engine::Engine engine_;
    std::mutex mutex_;
};

template <typename Value>
std::tuple<py::array_t<Value>, Bools> batch(const std::shared_ptr<Plan>& plan, const ScaleTuple& scale,
                                            const Int64s& close_ns, const Int64s& session_open_ns,
                                            const Int64s& session_close_ns, const Doubles& ohlcv,
                                            const std::vector<AdjustmentTuple>& adjustments,
                                            const std::optional<Doubles>& benchmark_close) {
    check_shape("close_ns", close_ns, {close_ns.size()});
    const py::ssize_t n = close_ns.size();
    check_shape("session_open_ns", session_open_ns, {n});
    check_shape("session_close_ns", session_close_ns, {n});
    check_shape("ohlcv", ohlcv, {n, 5});
    std::vector<engine::Adjustment> factors;
    for (const auto& [before_bar, price_factor, volume_factor, of_benchmark] : adjustments) {
        factors.push_back({before_bar, price_factor, volume_factor, of_benchmark});
    }
    if (benchmark_close) {
        check_shape("benchmark_close", *benchmark_close, {n});
    } else if (plan->needs_benchmark()) {
        throw InvalidInput("the plan compares with a benchmark and none is given");
    }
    py::array_t<Value> values({n, static_cast<py::ssize_t>(plan->feature_count())});
    Bools ready(n);
    const engine::BarColumns bars{
        static_cast<std::size_t>(n), close_ns.data(), session_open_ns.data(),
        session_close_ns.data(),     ohlcv.data(),    benchmark_close ? benchmark_close->data() : nullptr};
    Value* out = values.mutable_data();
    auto* out_ready = reinterpret_cast<std::uint8_t*>(ready.mutable_data());
    {
        const py::gil_scoped_release release;
        engine::run_batch(plan, scale_of(scale), bars, factors, out, out_ready);
    }
    return {std::move(values), std::move(ready)};
}

/// RefusedBar carries (index, close_ns, reason) as its arguments.
void register_refused_bar(py::module_& module) {
    static py::handle type = py::exception<engine::RefusedBar>(module, "RefusedBar", PyExc_ValueError).release();
    py::register_exception_translator([](std::exception_ptr pointer) {
        try {
            if (pointer) {
                std::rethrow_exception(pointer);
            }
        } catch (const engine::RefusedBar& error) {
            const py::tuple arguments = py::make_tuple(error.index(), error.close_ns(), error.reason());
            PyErr_SetObject(type.ptr(), arguments.ptr());
        }
    });
}

}  // namespace

void bind_engine(py::module_& module) {
    register_refused_bar(module);
    py::class_<NativeEngine>(module, "Engine", "Features and forests of many symbols: one call per slice.")
        .def(py::init<std::shared_ptr<Plan>, const std::vector<ScaleTuple>&,
                      const std::vector<std::shared_ptr<NativeForest>>&, const std::string&,
                      std::optional<std::size_t>>(),
             py::arg("plan"), py::arg("scales"), py::arg("forests"), py::arg("identity"),
             py::arg("benchmark") = py::none())
        .def("on_slice", &NativeEngine::on_slice, py::arg("close_ns"), py::arg("session_open_ns"),
             py::arg("session_close_ns"), py::arg("ohlcv").noconvert(), py::arg("present").noconvert(),
             "Take in a slice; returns rows, ready and scores.")
        .def("adjust", &NativeEngine::adjust, py::arg("symbol"), py::arg("price_factor"), py::arg("volume_factor"),
             "Put a symbol's past on the terms after a corporate action.")
        .def("snapshot", &NativeEngine::snapshot, "The whole state, checksummed.")
        .def("restore", &NativeEngine::restore, py::arg("data"), "Take the state from a snapshot.");
    module.def("batch", &batch<float>, py::arg("plan"), py::arg("scale"), py::arg("close_ns").noconvert(),
               py::arg("session_open_ns").noconvert(), py::arg("session_close_ns").noconvert(),
               py::arg("ohlcv").noconvert(), py::arg("adjustments"), py::arg("benchmark_close") = py::none(),
               "Values and ready of a whole history, in float32.");
    module.def("batch_double", &batch<double>, py::arg("plan"), py::arg("scale"), py::arg("close_ns").noconvert(),
               py::arg("session_open_ns").noconvert(), py::arg("session_close_ns").noconvert(),
               py::arg("ohlcv").noconvert(), py::arg("adjustments"), py::arg("benchmark_close") = py::none(),
               "Values and ready of a whole history, in float64.");
}

}  // namespace foxml::bindings
