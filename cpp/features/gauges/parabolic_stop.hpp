#pragma once

#include <cstdint>

#include "features/gauge.hpp"

namespace foxml::features {

/// Wilder's parabolic stop and reverse. The stop runs after the extreme of its trend, faster at each new one; the trend
/// turns where a bar touches the stop.
///
///     a long trend:   stop += share (extreme - stop), never above the last two lows
///
/// The value is the stop that is in force at the last bar, in grid units. `a` is the share that a new extreme adds, in
/// percent, `b` the largest share.
class ParabolicStop final : public Gauge {
   public:
    ParabolicStop(const Params& params, const GaugeContext& context) noexcept;
    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int) const noexcept override { return side_ * stop_; }
    void reset() noexcept override;
    void save(ByteWriter& writer) const override;
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this); }

   private:
    /// A bar as the trend sees it: in a short trend prices are negated, so that every trend is long.
    struct Sight {
        double high;
        double low;
    };
    [[nodiscard]] Sight sight(const IntegerBar& bar) const noexcept;
    void begin(const IntegerBar& bar, const IntegerBar& previous) noexcept;
    void follow(Sight now, Sight before) noexcept;
    void turn(Sight now, Sight before) noexcept;

    double step_;
    double limit_;
    double side_ = 1.0;  ///< 1 long, -1 short; what follows is as the trend sees it
    double stop_ = 0.0;
    double next_stop_ = 0.0;
    double extreme_ = 0.0;
    double share_ = 0.0;
};

}  // namespace foxml::features
