#pragma once

#include <cstdint>
#include <memory>

#include "engine/history.hpp"
#include "features/plan.hpp"
#include "features/symbol_state.hpp"

namespace foxml::engine {

/// One symbol: its features, and the bars from which they are rebuilt after a corporate action.
///
/// The stream and the batch both keep their symbols in it.
class Track {
   public:
    Track(std::shared_ptr<const features::Plan> plan, features::Scale scale);
    /// With its features in a lane of a block's memory.
    Track(std::shared_ptr<const features::Plan> plan, features::Scale scale, const features::BlockRings& rings,
          std::size_t lane);

    /// The bar with the benchmark's move since this symbol's last bar. `close` is 0 where the benchmark has no bar.
    [[nodiscard]] features::Bar beside_benchmark(features::Bar bar, double close) const noexcept;

    /// The benchmark's move since this symbol's last bar, as a ratio; 0 where one of the closes is missing.
    [[nodiscard]] double benchmark_ratio(double close) const noexcept {
        return close > 0.0 && benchmark_close_ > 0.0 ? close / benchmark_close_ : 0.0;
    }

    /// Why a bar cannot be the next one; null if it can.
    [[nodiscard]] const char* refusal(const features::Bar& bar) const noexcept { return state_.refusal(bar); }

    /// Takes in a bar that is not refused, and the benchmark's close at its moment. Allocates nothing.
    void update(const features::Bar& bar, double benchmark_close = 0.0) noexcept;

    /// The rest of `update`, where a block has taken the bar into the features.
    void follow(const features::Bar& bar, double benchmark_close) noexcept;

    /// Puts the past on the terms after a corporate action: every earlier price is multiplied by `price_factor` and
    /// every earlier volume by `volume_factor`, and the state is built anew from the bars kept.
    ///
    /// Throws InvalidInput, with nothing changed, if a factor is not positive and finite or the adjusted past cannot be
    /// bars.
    void adjust(double price_factor, double volume_factor);

    /// Puts the benchmark's last close on the terms after its own corporate action. Moves before it stay as they were:
    /// they are ratios.
    ///
    /// Throws InvalidInput, with nothing changed, if the factor is not positive and finite.
    void adjust_benchmark(double price_factor);

    [[nodiscard]] bool ready() const noexcept { return state_.ready(); }

    /// Writes `feature_count` values; NaN where a feature is invalid.
    template <typename Value>
    void write_row(Value* row) const noexcept {
        state_.write_row(row);
    }

    [[nodiscard]] features::SymbolState& state() noexcept { return state_; }

    /// Keeps no bars from now on: for a track that is neither adjusted nor saved again. They are many, and each one
    /// kept drives something else out of the cache.
    void forget_past() noexcept {
        if (history_.capacity() != 0) {
            history_ = History(0);
        }
    }

    void save(ByteWriter& out) const;

    /// Throws InvalidInput; what is held then is undefined, so load into a new track and swap.
    void load(ByteReader& in);

   private:
    std::shared_ptr<const features::Plan> plan_;
    features::Scale scale_;
    features::SymbolState state_;
    double benchmark_close_ = 0.0;  ///< at the last bar, 0 where there was none
    History history_;
};

}  // namespace foxml::engine
