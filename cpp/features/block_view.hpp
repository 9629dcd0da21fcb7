#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/lanes.hpp"
#include "features/block_source.hpp"
#include "features/smoothing.hpp"

// FOXML_LANES_ISA names the instruction set of the file that includes this.

namespace foxml::features {

namespace {

/// Tag of this file's vectors: what is made of them has no name outside of it.
struct FOXML_LANES_ISA {};

using IntVector = IntLanes<FOXML_LANES_ISA>;
using RealVector = RealLanes<FOXML_LANES_ISA>;
using WideVector = WideLanes<FOXML_LANES_ISA>;

/// The bars of eight symbols as a formula reads them.
class BarVector {
   public:
    explicit BarVector(const BlockBars& bars) noexcept
        : close_ns(IntVector::load(&bars.close_ns)),
          session_open_ns(IntVector::load(&bars.session_open_ns)),
          session_close_ns(IntVector::load(&bars.session_close_ns)),
          open(IntVector::load(&bars.open)),
          high(IntVector::load(&bars.high)),
          low(IntVector::load(&bars.low)),
          close(IntVector::load(&bars.close)),
          volume(IntVector::load(&bars.volume)) {}

    [[nodiscard]] IntVector typical3() const noexcept { return high + low + close; }

    IntVector close_ns;
    IntVector session_open_ns;
    IntVector session_close_ns;
    IntVector open;
    IntVector high;
    IntVector low;
    IntVector close;
    IntVector volume;
};

struct ScaleVector {
    RealVector price_grid;
    RealVector volume_unit;
};

/// View's names for eight symbols at a time.
class LanesView {
   public:
    explicit LanesView(const BlockSource& source) noexcept : source_(&source) {}

    [[nodiscard]] BarVector bar() const noexcept { return BarVector(source_->bars); }
    [[nodiscard]] BarVector previous() const noexcept { return BarVector(source_->previous); }
    [[nodiscard]] IntVector index() const noexcept { return IntVector::load(&source_->index); }
    [[nodiscard]] ScaleVector scale() const noexcept {
        return {RealVector::load(&source_->price_grid), RealVector::load(&source_->volume_unit)};
    }

    [[nodiscard, gnu::always_inline]] IntVector sum(Column column, int window, int lag = 0) const noexcept {
        const std::size_t word = source_->layout->prefix.word(column);
        return prefix(word, lag) - prefix(word, lag + window);
    }
    [[nodiscard, gnu::always_inline]] WideVector sum(WideColumn column, int window, int lag = 0) const noexcept {
        const std::size_t word = source_->layout->prefix.word(column);
        return wide(word, lag) - wide(word, lag + window);
    }
    [[nodiscard]] IntVector close(int lag) const noexcept { return sum(Column::close, 1, lag); }

    [[nodiscard]] IntVector high(int window, int lag = 0) const noexcept {
        return extreme(Extremum::high, window, lag);
    }
    [[nodiscard]] IntVector low(int window, int lag = 0) const noexcept { return -extreme(Extremum::low, window, lag); }
    [[nodiscard]] IntVector high_close(int window) const noexcept { return extreme(Extremum::high_close, window, 0); }
    [[nodiscard]] IntVector low_close(int window) const noexcept { return -extreme(Extremum::low_close, window, 0); }
    [[nodiscard]] IntVector since_high(int window) const noexcept { return since(Extremum::high, window); }
    [[nodiscard]] IntVector since_low(int window) const noexcept { return since(Extremum::low, window); }

    [[nodiscard]] RealVector ema(const Source& of, int length, int lag = 0) const noexcept {
        return smoothed(Forgetting::ema, of, length, lag);
    }
    [[nodiscard]] RealVector rma(const Source& of, int length, int lag = 0) const noexcept {
        return smoothed(Forgetting::rma, of, length, lag);
    }
    [[nodiscard]] RealVector decayed(const Source& of, int percent, int lag = 0) const noexcept {
        return smoothed(Forgetting::decay, of, percent, lag);
    }

    [[nodiscard]] RealVector gauge(GaugeKind kind, const Params& params, int output = 0) const noexcept {
        alignas(64) double values[kLanes];
        read_gauge(*source_, kind, params, output, values);
        return RealVector::load(values);
    }

   private:
    [[nodiscard, gnu::always_inline]] IntVector prefix(std::size_t word, int lag) const noexcept {
        return IntVector::load(source_->prefix + source_->layout->prefix.at(word, source_->place - lag) * kLanes);
    }
    [[nodiscard, gnu::always_inline]] WideVector wide(std::size_t word, int lag) const noexcept {
        return {prefix(word, lag).raw, prefix(word + 1, lag).raw};
    }

    [[nodiscard]] IntVector extreme(Extremum extremum, int window, int lag) const noexcept {
        const ExtremaLayout& layout = source_->layout->extrema;
        const auto level = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(window)) - 1);
        const std::size_t word = layout.word(extremum, level);
        const auto load = [this, &layout, word](std::int64_t place) {
            return IntVector::load(source_->extrema + layout.at(word, place) * kLanes);
        };
        const std::int64_t end = source_->place - lag;
        return larger(load(end), load(end - window + (std::int64_t{1} << level)));
    }

    [[nodiscard]] IntVector since(Extremum extremum, int window) const noexcept {
        alignas(64) std::int64_t bars[kLanes];
        read_since(*source_, extremum, window, bars);
        return IntVector::load(bars);
    }

    [[nodiscard]] RealVector smoothed(Forgetting forgetting, const Source& of, int length, int lag) const noexcept {
        const auto place = source_->layout->smoothings.place({forgetting, of, static_cast<std::uint8_t>(length)});
        return RealVector::load(source_->smoothings + place.at(source_->place - lag) * kLanes);
    }

    const BlockSource* source_;
};

}  // namespace

}  // namespace foxml::features
