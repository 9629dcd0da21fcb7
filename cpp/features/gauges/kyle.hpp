#pragma once

#include <tuple>

#include "features/gauge.hpp"
#include "features/gauges/running_sums.hpp"

namespace foxml::features {

/// What a unit of signed dollar flow moves the price by, times the mean flow (after Kyle 1985):
///
///     cov(s, q) / var(q) mean|q|,    s = C / C1 - 1, q = sgn(C - C1) C V
///
/// over p.a bars; undefined where q does not vary. Dollar flows reach 2^80 units: their products have 256 bits.
class Kyle final : public Gauge {
   public:
    Kyle(const Params& params, const GaugeContext& context);

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { sums_.reset(); }
    void save(ByteWriter& writer) const override { sums_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + sums_.bytes(); }

   private:
    struct Move {
        std::int64_t simple_return;  ///< at 2^-50
        std::int64_t close;
        std::int64_t signed_volume;
    };
    /// s, q, |q|, s q, q^2
    [[nodiscard]] static std::tuple<Int128, Int128, Int128, Int256, Int256> terms_of(const Move& move) noexcept {
        const Int128 flow = product(move.close, move.signed_volume);
        return {move.simple_return, flow, flow < 0 ? -flow : flow, product(move.simple_return, flow),
                product(flow, flow)};
    }

    RunningSums<Move, terms_of> sums_;
};

}  // namespace foxml::features
