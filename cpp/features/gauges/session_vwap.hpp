#pragma once

#include "core/int256.hpp"
#include "features/gauge.hpp"

namespace foxml::features {

/// Distance of the close from the session's volume-weighted average price, over the deviation of typical prices from
/// it:
///
///     (C - VWAP) / sqrt(sum V (TP - VWAP)^2 / sum V),    VWAP = sum V TP / sum V
///
/// over the bars of the session so far; undefined while all that traded did so at one typical price. The sums only
/// grow, so they are exact integers of 256 bits instead of an average that is corrected bar by bar.
class SessionVwap final : public Gauge {
   public:
    SessionVwap(const Params&, const GaugeContext&) {}

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { now_ = {}; }
    void save(ByteWriter& writer) const override { writer.put(now_); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this); }

   private:
    struct State {
        /// sum V T
        [[nodiscard]] Int128 typical() const noexcept {
            return static_cast<Int128>(UInt128{static_cast<std::uint64_t>(typical_high)} << 64 | typical_low);
        }

        Int256 typical_square;  ///< sum V T^2, T = H + L + C
        std::uint64_t typical_low;
        std::int64_t typical_high;
        std::int64_t volume;  ///< sum V
        std::int64_t close;   ///< of the last bar
    };

    State now_{};
};

}  // namespace foxml::features
