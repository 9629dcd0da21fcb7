#pragma once

#include <cstdint>

#include "features/gauge.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// How evenly the last a returns, each over the deviation of the a returns before it, fill eight bins: the entropy of
/// the counts over its greatest value.
class HistogramEntropy final : public Gauge {
   public:
    explicit HistogramEntropy(const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override;
    void save(ByteWriter& writer) const override { bins_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + bins_.bytes(); }

   private:
    void take(std::uint8_t bin) noexcept;

    int window_;
    Recent<std::uint8_t> bins_;  ///< since the last return without one
    std::uint64_t counts_ = 0;   ///< a byte for each bin
};

[[nodiscard]] GaugeFactory histogram_entropy() noexcept;

}  // namespace foxml::features
