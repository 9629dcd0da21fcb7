#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/feed.hpp"
#include "features/plan.hpp"
#include "features/symbol_state.hpp"

namespace foxml::engine {

/// Features of a whole history from a fresh state: the rows of the streaming update, to the bit.
///
/// `adjustments` by `before_bar`; those of one bar are applied in the order given. Writes count x features `values`
/// (NaN in rows that are not ready) and `ready`. Throws RefusedBar naming the row, InvalidInput naming the adjustment.
template <typename Value>
void run_batch(const std::shared_ptr<const features::Plan>& plan, features::Scale scale, const BarColumns& bars,
               const std::vector<Adjustment>& adjustments, Value* values, std::uint8_t* ready);

/// One of many histories, and where its rows go.
struct BatchItem {
    features::Scale scale;
    BarColumns bars;
    std::vector<Adjustment> adjustments;
    float* values;
    std::uint8_t* ready;
};

/// Features of many whole histories; each is what `run_batch` gives. Throws what `run_batch` throws of one of them;
/// what was written then counts for nothing.
void run_batch_many(const std::shared_ptr<const features::Plan>& plan, const std::vector<BatchItem>& items);

}  // namespace foxml::engine
