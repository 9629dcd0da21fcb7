#pragma once

#include <pybind11/pybind11.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "bindings/bar_arrays.hpp"
#include "bindings/native_forest.hpp"
#include "bindings/native_model.hpp"
#include "engine/engine.hpp"

namespace foxml::bindings {

/// What an engine can score with.
using EngineModel = std::variant<std::shared_ptr<NativeForest>, std::shared_ptr<NativeModel>>;

/// An engine that several Python threads may hold: one of them works at a time.
class NativeEngine {
   public:
    NativeEngine(std::shared_ptr<features::Plan> plan, const std::vector<ScaleTuple>& scales,
                 const std::vector<EngineModel>& models, const std::string& identity,
                 std::optional<std::size_t> benchmark);

    [[nodiscard]] const engine::Engine& engine() const noexcept { return engine_; }

    /// Takes in a slice. The interpreter is let go where the work is long.
    void on_slice(const engine::Slice& slice, const engine::SliceResult& result);

    std::tuple<Floats, Bools> extend(std::size_t symbol, const Int64s& close_ns, const Int64s& session_open_ns,
                                     const Int64s& session_close_ns, const Doubles& ohlcv,
                                     const std::vector<AdjustmentTuple>& adjustments,
                                     const std::optional<Doubles>& benchmark_close);

    void adjust(std::size_t symbol, double price_factor, double volume_factor);
    [[nodiscard]] pybind11::bytes snapshot();
    void restore(const pybind11::bytes& data);

   private:
    std::shared_ptr<features::Plan> plan_;
    engine::Engine engine_;
    std::mutex mutex_;
};

}  // namespace foxml::bindings
