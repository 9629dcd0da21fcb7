#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "features/plan.hpp"
#include "features/symbol_state.hpp"

namespace foxml::engine {

/// The history of one symbol, column by column.
struct BarColumns {
    std::size_t count;
    const std::int64_t* close_ns;
    const std::int64_t* session_open_ns;
    const std::int64_t* session_close_ns;
    const double* ohlcv;  ///< count x 5, row by row, raw
    const double* benchmark_close =
        nullptr;  ///< count, dollars, 0 where the benchmark has no bar; null without a benchmark
};

/// A corporate action, known before bar `before_bar`: earlier prices and volumes are multiplied, the symbol's own or
/// those of its benchmark.
struct Adjustment {
    std::size_t before_bar;
    double price_factor;
    double volume_factor;
    bool of_benchmark = false;
};

/// Features of a whole history: the streaming update in a loop, from a fresh state.
///
/// `adjustments` by `before_bar`; those of one bar are applied in the order given. Writes count x features `values`
/// (NaN in rows that are not ready) and `ready`. Throws RefusedBar naming the row, InvalidInput naming the adjustment.
template <typename Value>
void run_batch(const std::shared_ptr<const features::Plan>& plan, features::Scale scale, const BarColumns& bars,
               const std::vector<Adjustment>& adjustments, Value* values, std::uint8_t* ready);

}  // namespace foxml::engine
