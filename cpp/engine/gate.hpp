#pragma once

#include <array>
#include <cstdint>

#include "features/bar.hpp"
#include "features/interleaved.hpp"
#include "features/symbol_state.hpp"

namespace foxml::engine {

/// What the bars of a slice have in common.
struct Moment {
    std::int64_t close_ns;
    std::int64_t session_open_ns;
    std::int64_t session_close_ns;
    double benchmark_close;  ///< 0 where it has no bar
};

/// Lets the next bars of eight symbols pass where nothing is wrong with any: their states are far apart in memory, and
/// what decides is here side by side.
///
/// Whoever does not pass may still be right; the states know, and have the reason.
class Gate {
   public:
    static constexpr std::size_t kLanes = features::kBlockLanes;

    void set_scale(std::size_t lane, const features::Scale& scale) noexcept {
        price_grid_[lane] = scale.price_grid;
        volume_unit_[lane] = scale.volume_unit;
    }

    /// All eight have got a bar of this moment, and each has this as its last close.
    void note(const Moment& moment, const std::array<const features::SymbolState*, kLanes>& states) noexcept;

    /// Some state has changed in another way.
    void shut() noexcept { open_ = false; }

    /// Whether the moment can follow, for eight symbols that all were there at the last one.
    [[nodiscard]] bool follows(const Moment& moment) const noexcept;

    /// Whether these are bars, open to volume of each of the eight after the other, within reach of the last closes.
    [[nodiscard]] bool passes(const double* ohlcv) const noexcept;

   private:
    bool open_ = false;
    Moment last_{};
    alignas(64) std::array<double, kLanes> close_;
    alignas(64) std::array<double, kLanes> price_grid_;
    alignas(64) std::array<double, kLanes> volume_unit_;
};

}  // namespace foxml::engine
