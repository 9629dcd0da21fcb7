#pragma once

#include "features/gauge.hpp"

namespace foxml::features {

/// SuperTrend: a band of b average true ranges (ATR over a bars) on either side of the middle price, each side drawn
/// towards the price only while the price stays within; the value is the lower one in a trend up, the upper one in a
/// trend down, in grid units.
class SuperTrend final : public Gauge {
   public:
    SuperTrend(const Params& params, const GaugeContext& context) noexcept;
    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int) const noexcept override { return up_ > 0.0 ? lower_ : upper_; }
    void reset() noexcept override;
    void save(ByteWriter& writer) const override;
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this); }

   private:
    int length_;
    double width_;
    double upper_ = 0.0;
    double lower_ = 0.0;
    double up_ = 1.0;  ///< 1 in a trend up, 0 in a trend down
};

}  // namespace foxml::features
