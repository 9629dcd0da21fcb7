#pragma once

#include <tuple>

#include "features/gauge.hpp"
#include "features/gauges/running_sums.hpp"

namespace foxml::features {

/// sd(x) / mean(x) over p.b bars, x the deviation of the last p.a log returns, ddof 1 for both; undefined where every x
/// is 0. Each x is rounded once, to 2^-50.
class VolatilityOfVolatility final : public Gauge {
   public:
    VolatilityOfVolatility(const Params& params, const GaugeContext& context);

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { sums_.reset(); }
    void save(ByteWriter& writer) const override { sums_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + sums_.bytes(); }

   private:
    /// x, x^2
    [[nodiscard]] static std::tuple<std::int64_t, Int128> terms_of(const std::int64_t& deviation) noexcept {
        return {deviation, product(deviation, deviation)};
    }

    RunningSums<std::int64_t, terms_of, std::tuple<Int128, Int256>> sums_;
    int deviation_bars_;
};

}  // namespace foxml::features
