#pragma once

#include <tuple>

#include "features/gauge.hpp"
#include "features/gauges/running_sums.hpp"

namespace foxml::features {

/// How unevenly volume and moves meet: sd(x) / (mean(x) + 1e-12) over p.a bars, x = |C / C1 - 1| V in shares, ddof 1.
/// Undefined where nothing moved. The square of x has more than 128 bits.
class WeightedVolume final : public Gauge {
   public:
    WeightedVolume(const Params& params, const GaugeContext& context);

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { sums_.reset(); }
    void save(ByteWriter& writer) const override { sums_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + sums_.bytes(); }

   private:
    struct Move {
        std::int64_t size;  ///< |C / C1 - 1| at 2^-50
        std::int64_t volume;
    };
    /// x, x^2
    [[nodiscard]] static std::tuple<Int128, Int256> terms_of(const Move& move) noexcept {
        const Int128 weighted = product(move.size, move.volume);
        return {weighted, product(weighted, weighted)};
    }

    RunningSums<Move, terms_of> sums_;
    double unit_;  ///< shares, of x
};

}  // namespace foxml::features
