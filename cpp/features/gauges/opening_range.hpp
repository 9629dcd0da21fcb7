#pragma once

#include "features/gauge.hpp"

namespace foxml::features {

/// (C - middle) / width of the range.
inline constexpr int kPositionOutput = 0;
/// High - low, in grid units.
inline constexpr int kWidthOutput = 1;

/// Range of the first p.a minutes of the session: of the bars that close within them.
///
///     open      30 minutes
///     |--x--x--x|.....x.....x        x: known from here on; before it, and where no bar closed in time, undefined
///
/// It says nothing of whether the session was seen from its open: Session does.
class OpeningRange final : public Gauge {
   public:
    OpeningRange(const Params& params, const GaugeContext&) : length_ns_(params.a * kMinuteNs) {}

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { now_ = {}; }
    void save(ByteWriter& writer) const override { writer.put(now_); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this); }

   private:
    struct State {
        std::int64_t high;  ///< 0 while no bar has closed in time
        std::int64_t low;
        std::int64_t close;       ///< of the last bar
        std::int64_t elapsed_ns;  ///< of the session at the last bar's close
    };

    std::int64_t length_ns_;
    State now_{};
};

}  // namespace foxml::features
