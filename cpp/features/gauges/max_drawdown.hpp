#pragma once

#include <cstdint>
#include <vector>

#include "features/gauge.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// The deepest fall within the last a closes: the largest of (C_i - C_j) / C_i over i <= j.
///
///     closes    | block before      | block now  |
///     window           [  tail      |    head    ]
///
/// A head grows with each close; the tails of a block, one for each place that a window may begin at, are made when it
/// is complete. What two neighbours know of their falls is merged: nothing is ever subtracted. Where the blocks are cut
/// is of no account, since the largest of the same quotients is the same however they are grouped, and the largest
/// between two stretches is that of the highest of one and the lowest of the other, each rounded by itself.
class MaxDrawdown final : public Gauge {
   public:
    explicit MaxDrawdown(const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override;
    void save(ByteWriter& writer) const override { closes_.save(writer); }
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override;

   private:
    struct Stretch {
        std::int64_t high;
        std::int64_t low;
        double drawdown;
    };

    void take(std::int64_t close) noexcept;
    void cut() noexcept;
    [[nodiscard]] static Stretch of(std::int64_t close) noexcept { return {close, close, 0.0}; }
    [[nodiscard]] static Stretch merge(const Stretch& earlier, const Stretch& later) noexcept;

    Recent<std::int64_t> closes_;
    std::vector<Stretch> tails_;  ///< from each place of the block before to its end
    Stretch head_{};
    std::size_t headed_ = 0;  ///< closes of the block now
};

[[nodiscard]] GaugeFactory max_drawdown() noexcept;

}  // namespace foxml::features
