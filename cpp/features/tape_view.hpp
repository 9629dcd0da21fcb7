#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "features/lane_view.hpp"
#include "features/tape_source.hpp"

namespace foxml::features {

namespace {

/// Eight consecutive bars, from bar `at` of the stretch on.
class TapeReads {
   public:
    TapeReads(const TapeSource& source, std::size_t at) noexcept
        : source_(&source), at_(static_cast<std::ptrdiff_t>(at)) {}

    [[nodiscard]] const Layout& layout() const noexcept { return *source_->layout; }
    [[nodiscard, gnu::always_inline]] BarVector bar() const noexcept { return bar_at(at_); }
    [[nodiscard, gnu::always_inline]] BarVector previous() const noexcept { return bar_at(at_ - 1); }
    [[nodiscard, gnu::always_inline]] IntVector index() const noexcept {
        constexpr std::int64_t kSteps[kLanes] = {0, 1, 2, 3, 4, 5, 6, 7};
        return IntVector::load(kSteps) + (source_->first_index + at_);
    }
    [[nodiscard]] ScaleVector scale() const noexcept {
        return {RealVector(source_->scale.price_grid), RealVector(source_->scale.volume_unit)};
    }

    [[nodiscard, gnu::always_inline]] IntVector prefix(std::size_t word, int lag) const noexcept {
        return IntVector::load(source_->prefix[word] + at_ - lag);
    }
    [[nodiscard, gnu::always_inline]] IntVector extreme(std::size_t word, int lag) const noexcept {
        return IntVector::load(source_->extrema[word] + at_ - lag);
    }
    /// Of equal extremes the latest counts: where the later of the two stretches that make the window has it too, the
    /// later one's.
    [[nodiscard, gnu::always_inline]] IntVector since(Extremum extremum, int window) const noexcept {
        const auto level = static_cast<std::size_t>(std::bit_width(static_cast<unsigned>(window)) - 1);
        const std::size_t word = source_->layout->extrema.word(extremum, level);
        const std::ptrdiff_t early = at_ - window + (std::ptrdiff_t{1} << level);
        const std::int64_t* const values = source_->extrema[word];
        const std::int64_t* const moments = source_->moments[word];
        return index() - select(IntVector::load(values + early) > IntVector::load(values + at_),
                                IntVector::load(moments + early), IntVector::load(moments + at_));
    }
    [[nodiscard, gnu::always_inline]] RealVector smoothed(const Smoothing& smoothing, int lag) const noexcept {
        const auto place = source_->layout->smoothings.place(smoothing);
        return RealVector::load(source_->smoothings[place.offset] + at_ - lag);
    }
    [[nodiscard]] RealVector gauge(GaugeKind kind, const Params& params, int output) const noexcept {
        const GaugeTape* tape = source_->gauges[source_->layout->gauges.number({kind, params})];
        while (tape->output != output) {
            ++tape;
        }
        return RealVector::load(tape->values + at_);
    }

   private:
    [[nodiscard, gnu::always_inline]] BarVector bar_at(std::ptrdiff_t at) const noexcept {
        const TapeSource& of = *source_;
        return {IntVector::load(of.close_ns + at),
                IntVector::load(of.session_open_ns + at),
                IntVector::load(of.session_close_ns + at),
                IntVector::load(of.open + at),
                IntVector::load(of.high + at),
                IntVector::load(of.low + at),
                IntVector::load(of.close + at),
                IntVector::load(of.volume + at)};
    }

    const TapeSource* source_;
    std::ptrdiff_t at_;
};

using TapeView = LanesView<TapeReads>;

}  // namespace

}  // namespace foxml::features
