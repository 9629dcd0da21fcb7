#pragma once

#include <cstdint>

#include "features/gauge.hpp"
#include "features/gauges/sorted_window.hpp"

namespace foxml::features {

/// Output of an order gauge: the average rank of the last value among the window's, over their number. Outputs 1 to 99
/// are the window's quantiles in percent, between two values interpolated.
inline constexpr int kRankOutput = 0;

/// Order statistics of a series of integers over the last a bars.
class Order final : public Gauge {
   public:
    using Read = std::int64_t (*)(const View&, const Params&);

    /// The series begins at `first_row`.
    Order(const Params& params, std::int64_t first_row, Read read);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { window_.reset(); }
    void save(ByteWriter& writer) const override { window_.save(writer); }
    void load(ByteReader& reader) override { window_.load(reader); }
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + window_.bytes(); }

   private:
    [[nodiscard]] double rank() const noexcept;
    [[nodiscard]] double quantile(int percent) const noexcept;

    Params params_;
    std::int64_t first_row_;
    Read read_;
    SortedWindow window_;
};

/// Of closes, over a bars.
[[nodiscard]] GaugeFactory close_order() noexcept;
/// Of log returns, over a bars.
[[nodiscard]] GaugeFactory return_order() noexcept;
/// Of the deviation of b log returns, over a bars. Two are equal where n sum(r^2) - sum(r)^2 is.
[[nodiscard]] GaugeFactory volatility_order() noexcept;

}  // namespace foxml::features
