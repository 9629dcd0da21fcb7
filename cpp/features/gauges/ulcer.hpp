#pragma once

#include <cstdint>

#include "core/int128.hpp"
#include "features/gauge.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// Root of the mean square of the last b distances of the close below the highest of a closes, relative to that.
///
/// A distance is rounded once to an integer at 2^-56: the running sum of squares is exact and forgets what has left.
class Ulcer final : public Gauge {
   public:
    explicit Ulcer(const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override;
    void save(ByteWriter& writer) const override { distances_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + distances_.bytes(); }

   private:
    void take(std::int64_t distance) noexcept;

    int closes_;
    Recent<std::int64_t> distances_;
    Int128 squares_ = 0;
};

[[nodiscard]] GaugeFactory ulcer() noexcept;

}  // namespace foxml::features
