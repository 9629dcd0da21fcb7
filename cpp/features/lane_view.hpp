#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/lanes.hpp"
#include "features/bar.hpp"
#include "features/columns.hpp"
#include "features/gauge_spec.hpp"
#include "features/params.hpp"
#include "features/requirements.hpp"
#include "features/smoothing.hpp"

// FOXML_LANES_ISA names the instruction set of the file that includes this.

namespace foxml::features {

namespace {

/// Tag of this file's vectors: what is made of them has no name outside of it.
struct FOXML_LANES_ISA {};

using IntVector = IntLanes<FOXML_LANES_ISA>;
using RealVector = RealLanes<FOXML_LANES_ISA>;
using WideVector = WideLanes<FOXML_LANES_ISA>;

/// Eight bars as a formula reads them.
struct BarVector {
    IntVector close_ns;
    IntVector session_open_ns;
    IntVector session_close_ns;
    IntVector open;
    IntVector high;
    IntVector low;
    IntVector close;
    IntVector volume;

    [[nodiscard]] IntVector typical3() const noexcept { return high + low + close; }
};

struct ScaleVector {
    RealVector price_grid;
    RealVector volume_unit;
};

/// View's names for eight bars at a time. `Reads` says where a number of each of them is:
///
///     bar(), previous()                  the bars themselves
///     index(), scale()
///     prefix(word, lag)                  a word of the prefix sums, `lag` bars before
///     extreme(word, lag)                 a word of the table of extremes
///     since(extremum, window)
///     smoothed(smoothing, lag)
///     gauge(kind, params, output)
///     layout()                           where the words are
template <typename Reads>
class LanesView {
   public:
    explicit LanesView(const Reads& reads) noexcept : reads_(reads) {}

    [[nodiscard]] BarVector bar() const noexcept { return reads_.bar(); }
    [[nodiscard]] BarVector previous() const noexcept { return reads_.previous(); }
    [[nodiscard]] IntVector index() const noexcept { return reads_.index(); }
    [[nodiscard]] ScaleVector scale() const noexcept { return reads_.scale(); }

    [[nodiscard, gnu::always_inline]] IntVector sum(Column column, int window, int lag = 0) const noexcept {
        const std::size_t word = reads_.layout().prefix.word(column);
        return reads_.prefix(word, lag) - reads_.prefix(word, lag + window);
    }
    [[nodiscard, gnu::always_inline]] WideVector sum(WideColumn column, int window, int lag = 0) const noexcept {
        const std::size_t word = reads_.layout().prefix.word(column);
        return wide(word, lag) - wide(word, lag + window);
    }
    [[nodiscard]] IntVector close(int lag) const noexcept { return sum(Column::close, 1, lag); }

    [[nodiscard]] IntVector high(int window, int lag = 0) const noexcept {
        return extreme(Extremum::high, window, lag);
    }
    [[nodiscard]] IntVector low(int window, int lag = 0) const noexcept { return -extreme(Extremum::low, window, lag); }
    [[nodiscard]] IntVector high_close(int window) const noexcept { return extreme(Extremum::high_close, window, 0); }
    [[nodiscard]] IntVector low_close(int window) const noexcept { return -extreme(Extremum::low_close, window, 0); }
    [[nodiscard]] IntVector since_high(int window) const noexcept { return reads_.since(Extremum::high, window); }
    [[nodiscard]] IntVector since_low(int window) const noexcept { return reads_.since(Extremum::low, window); }

    [[nodiscard]] RealVector ema(const Source& of, int length, int lag = 0) const noexcept {
        return reads_.smoothed({Forgetting::ema, of, static_cast<std::uint8_t>(length)}, lag);
    }
    [[nodiscard]] RealVector rma(const Source& of, int length, int lag = 0) const noexcept {
        return reads_.smoothed({Forgetting::rma, of, static_cast<std::uint8_t>(length)}, lag);
    }
    [[nodiscard]] RealVector decayed(const Source& of, int percent, int lag = 0) const noexcept {
        return reads_.smoothed({Forgetting::decay, of, static_cast<std::uint8_t>(percent)}, lag);
    }

    [[nodiscard]] RealVector gauge(GaugeKind kind, const Params& params, int output = 0) const noexcept {
        return reads_.gauge(kind, params, output);
    }

   private:
    [[nodiscard, gnu::always_inline]] WideVector wide(std::size_t word, int lag) const noexcept {
        return {reads_.prefix(word, lag).raw, reads_.prefix(word + 1, lag).raw};
    }

    [[nodiscard]] IntVector extreme(Extremum extremum, int window, int lag) const noexcept {
        const auto level = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(window)) - 1);
        const std::size_t word = reads_.layout().extrema.word(extremum, level);
        return larger(reads_.extreme(word, lag), reads_.extreme(word, lag + window - (1 << level)));
    }

    Reads reads_;
};

}  // namespace

}  // namespace foxml::features
