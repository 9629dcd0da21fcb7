#pragma once

#include <tuple>

#include "features/gauge.hpp"
#include "features/gauges/running_sums.hpp"

namespace foxml::features {

/// Which side the volume of p.a bars was on, by bulk classification (Easley, Lopez de Prado and O'Hara 2012):
///
///     sum V (2 Phi(z) - 1) / sum V,    z = r / sd(r) over the p.b returns that end with r
///
/// Phi the normal distribution function. Volume of a bar whose returns do not vary is on neither side.
class BulkVolume final : public Gauge {
   public:
    BulkVolume(const Params& params, const GaugeContext& context);

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { sums_.reset(); }
    void save(ByteWriter& writer) const override { sums_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + sums_.bytes(); }

   private:
    struct Bulk {
        std::int64_t side;  ///< 2 Phi(z) - 1 at 2^-60
        std::int64_t volume;
    };
    /// V (2 Phi(z) - 1), V
    [[nodiscard]] static std::tuple<Int128, std::int64_t> terms_of(const Bulk& bulk) noexcept {
        return {product(bulk.side, bulk.volume), bulk.volume};
    }

    RunningSums<Bulk, terms_of> sums_;
    int deviation_bars_;
};

}  // namespace foxml::features
