#include "bindings/native_engine.hpp"

#include <string_view>
#include <utility>

namespace py = pybind11;

namespace foxml::bindings {

namespace {

/// Cells of a slice that take longer than to let the interpreter go and have it back.
constexpr std::size_t kLongCells = 1000;

std::vector<features::Scale> scales_of(const std::vector<ScaleTuple>& values) {
    std::vector<features::Scale> scales;
    for (const ScaleTuple& value : values) {
        scales.push_back(scale_of(value));
    }
    return scales;
}

std::vector<engine::Scorer> scorers_of(const std::vector<std::shared_ptr<NativeForest>>& forests) {
    std::vector<engine::Scorer> scorers;
    for (const auto& forest : forests) {
        // Shares the ownership of the whole forest, points at its predictor.
        std::shared_ptr<const trees::Predictor> predictor(forest, &forest->fast());
        scorers.push_back({std::move(predictor), forest->forest().feature_count, forest->forest().output_count});
    }
    return scorers;
}

}  // namespace

NativeEngine::NativeEngine(std::shared_ptr<features::Plan> plan, const std::vector<ScaleTuple>& scales,
                           const std::vector<std::shared_ptr<NativeForest>>& forests, const std::string& identity,
                           std::optional<std::size_t> benchmark)
    : plan_(std::move(plan)), engine_(plan_, scales_of(scales), scorers_of(forests), identity, benchmark) {}

void NativeEngine::on_slice(const engine::Slice& slice, const engine::SliceResult& result) {
    const bool is_long = engine_.scorer_count() > 0 || engine_.symbol_count() * engine_.feature_count() > kLongCells;
    // Whoever holds the mutex never waits for the interpreter, so to wait for the mutex with the interpreter in hand
    // ends; but it may take long.
    if (!is_long && mutex_.try_lock()) {
        const std::lock_guard lock(mutex_, std::adopt_lock);
        engine_.on_slice(slice, result);
        return;
    }
    const py::gil_scoped_release release;
    const std::lock_guard lock(mutex_);
    engine_.on_slice(slice, result);
}

std::tuple<Floats, Bools> NativeEngine::extend(std::size_t symbol, const Int64s& close_ns,
                                               const Int64s& session_open_ns, const Int64s& session_close_ns,
                                               const Doubles& ohlcv, const std::vector<AdjustmentTuple>& adjustments,
                                               const std::optional<Doubles>& benchmark_close) {
    const BarArrays arrays{close_ns, session_open_ns, session_close_ns, ohlcv, benchmark_close};
    const engine::BarColumns bars = arrays.columns(*plan_);
    const std::vector<engine::Adjustment> factors = adjustments_of(adjustments);
    Floats values({arrays.count(), static_cast<py::ssize_t>(engine_.feature_count())});
    Bools ready(arrays.count());
    float* const out = values.mutable_data();
    std::uint8_t* const out_ready = bytes_of(ready.mutable_data());
    {
        const py::gil_scoped_release release;
        const std::lock_guard lock(mutex_);
        engine_.extend(symbol, bars, factors, out, out_ready);
    }
    return {std::move(values), std::move(ready)};
}

void NativeEngine::adjust(std::size_t symbol, double price_factor, double volume_factor) {
    const py::gil_scoped_release release;
    const std::lock_guard lock(mutex_);
    engine_.adjust(symbol, price_factor, volume_factor);
}

py::bytes NativeEngine::snapshot() {
    std::string bytes;
    {
        const py::gil_scoped_release release;
        const std::lock_guard lock(mutex_);
        bytes = engine_.snapshot();
    }
    return bytes;
}

void NativeEngine::restore(const py::bytes& data) {
    const std::string_view bytes(data);
    const py::gil_scoped_release release;
    const std::lock_guard lock(mutex_);
    engine_.restore(bytes);
}

}  // namespace foxml::bindings
