#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/track.hpp"

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

/// A history on its way into a track, bar after bar, each corporate action before its bar.
class Feed {
   public:
    /// `adjustments` by `before_bar`; those of one bar are applied in the order given. Both must outlive the feed.
    ///
    /// Throws InvalidInput naming the adjustment that is out of place.
    Feed(const BarColumns& bars, const std::vector<Adjustment>& adjustments);

    [[nodiscard]] std::size_t size() const noexcept { return bars_.count; }

    /// Whether the symbol's own past is to be adjusted again.
    [[nodiscard]] bool adjusts_again() const noexcept { return next_ < own_end_; }

    /// Applies the corporate actions before bar `t`, which comes next; says whether the track's state was built anew.
    /// Throws InvalidInput naming the adjustment.
    bool adjust(std::size_t t, Track& track);

    /// The bar before which the next corporate action comes, or the end.
    [[nodiscard]] std::size_t next_adjusted() const noexcept {
        return next_ < adjustments_.size() ? adjustments_[next_].before_bar : bars_.count;
    }

    /// Bar `t` beside the benchmark as the track last saw it.
    [[nodiscard]] features::Bar bar(std::size_t t, const Track& track) const noexcept {
        const double* const row = bars_.ohlcv + t * 5;
        return {bars_.close_ns[t],
                bars_.session_open_ns[t],
                bars_.session_close_ns[t],
                row[0],
                row[1],
                row[2],
                row[3],
                row[4],
                track.benchmark_ratio(benchmark_close(t))};
    }

    /// Throws RefusedBar naming the row.
    [[noreturn]] static void refuse(std::size_t t, const features::Bar& bar, const char* reason);

    /// Bar `t` beside the benchmark, with the corporate actions before it applied to the track, which must then take it
    /// in; each is the one after the last. Throws RefusedBar naming the row, InvalidInput naming the adjustment.
    [[nodiscard]] features::Bar next(std::size_t t, Track& track);

    /// Of the moment of bar `t`, 0 where there is none.
    [[nodiscard]] double benchmark_close(std::size_t t) const noexcept {
        return bars_.benchmark_close == nullptr ? 0.0 : bars_.benchmark_close[t];
    }

    /// Takes bar `t` into the track. Throws as `next`.
    void take(std::size_t t, Track& track) { track.update(next(t, track), benchmark_close(t)); }

   private:
    void apply(Track& track);

    BarColumns bars_;
    const std::vector<Adjustment>& adjustments_;
    std::size_t next_ = 0;     ///< adjustment
    std::size_t own_end_ = 0;  ///< after the last adjustment of the symbol itself
};

/// The row of the track's last bar, NaN where it is not ready.
template <typename Value>
void write_row_of(const Track& track, std::size_t width, Value* row, std::uint8_t& ready) noexcept;

}  // namespace foxml::engine
