#pragma once

#include <tuple>

#include "features/gauge.hpp"
#include "features/gauges/running_sums.hpp"

namespace foxml::features {

/// Pearson's correlation over p.a bars of s = C / C1 - 1 and d = ln((1 + V) / (1 + V1)), V in shares; undefined where
/// one of them does not vary. A large move's square, times the window, has more than 128 bits.
class ReturnVolumeCorrelation final : public Gauge {
   public:
    ReturnVolumeCorrelation(const Params& params, const GaugeContext& context);

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { sums_.reset(); }
    void save(ByteWriter& writer) const override { sums_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + sums_.bytes(); }

   private:
    struct Change {
        std::int64_t simple_return;  ///< at 2^-50
        std::int64_t log_volume;     ///< at 2^-50
    };
    /// s, d, s^2, d^2, s d
    [[nodiscard]] static std::tuple<Int128, Int128, Int128, Int128, Int128> terms_of(const Change& change) noexcept {
        const std::int64_t s = change.simple_return;
        const std::int64_t d = change.log_volume;
        return {s, d, product(s, s), product(d, d), product(s, d)};
    }

    RunningSums<Change, terms_of, std::tuple<Int128, Int128, Int256, Int256, Int256>> sums_;
};

}  // namespace foxml::features
