#pragma once

#include "features/gauge.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// Sum of the last b returns less what the benchmark's explain of them, each with the beta of the a bars before it.
///
/// Added up anew at each bar, from the oldest to the newest: no integer has room for every beta.
class ResidualMomentum final : public Gauge {
   public:
    explicit ResidualMomentum(const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { residuals_.clear(); }
    void save(ByteWriter& writer) const override { residuals_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + residuals_.bytes(); }

   private:
    int beta_window_;
    Recent<double> residuals_;  ///< since the last bar without one
};

[[nodiscard]] GaugeFactory residual_momentum() noexcept;

}  // namespace foxml::features
