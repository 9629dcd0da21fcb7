#pragma once

#include <cstddef>
#include <cstdint>

#include "features/block_source.hpp"
#include "features/lane_view.hpp"

namespace foxml::features {

namespace {

[[nodiscard]] inline BarVector bar_vector(const BlockBars& bars) noexcept {
    return {IntVector::load(&bars.close_ns),
            IntVector::load(&bars.session_open_ns),
            IntVector::load(&bars.session_close_ns),
            IntVector::load(&bars.open),
            IntVector::load(&bars.high),
            IntVector::load(&bars.low),
            IntVector::load(&bars.close),
            IntVector::load(&bars.volume)};
}

/// The last bar of each of eight symbols.
class BlockReads {
   public:
    explicit BlockReads(const BlockSource& source) noexcept : source_(&source) {}

    [[nodiscard]] const Layout& layout() const noexcept { return *source_->layout; }
    [[nodiscard]] BarVector bar() const noexcept { return bar_vector(source_->bars); }
    [[nodiscard]] BarVector previous() const noexcept { return bar_vector(source_->previous); }
    [[nodiscard]] IntVector index() const noexcept { return IntVector::load(&source_->index); }
    [[nodiscard]] ScaleVector scale() const noexcept {
        return {RealVector::load(&source_->price_grid), RealVector::load(&source_->volume_unit)};
    }

    [[nodiscard, gnu::always_inline]] IntVector prefix(std::size_t word, int lag) const noexcept {
        return IntVector::load(source_->prefix + source_->layout->prefix.at(word, source_->place - lag) * kLanes);
    }
    [[nodiscard, gnu::always_inline]] IntVector extreme(std::size_t word, int lag) const noexcept {
        return IntVector::load(source_->extrema + source_->layout->extrema.at(word, source_->place - lag) * kLanes);
    }
    [[nodiscard]] IntVector since(Extremum extremum, int window) const noexcept {
        alignas(64) std::int64_t bars[kLanes];
        read_since(*source_, extremum, window, bars);
        return IntVector::load(bars);
    }
    [[nodiscard]] RealVector smoothed(const Smoothing& smoothing, int lag) const noexcept {
        const auto place = source_->layout->smoothings.place(smoothing);
        return RealVector::load(source_->smoothings + place.at(source_->place - lag) * kLanes);
    }
    [[nodiscard]] RealVector gauge(GaugeKind kind, const Params& params, int output) const noexcept {
        alignas(64) double values[kLanes];
        read_gauge(*source_, kind, params, output, values);
        return RealVector::load(values);
    }

   private:
    const BlockSource* source_;
};

using BlockView = LanesView<BlockReads>;

}  // namespace

}  // namespace foxml::features
