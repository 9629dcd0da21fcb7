#pragma once

#include <cstdint>

#include "features/gauge.hpp"
#include "features/gauges/rank_window.hpp"
#include "features/gauges/sorted_window.hpp"

namespace foxml::features {

/// Quantiles of a series of integers over the last a bars. Outputs 1 to 99 are the window's quantiles in percent,
/// between two values interpolated.
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
    Params params_;
    std::int64_t first_row_;
    Read read_;
    SortedWindow window_;
};

/// The average rank of the last value of a series of integers among those of the last a bars, over their number.
class Rank final : public Gauge {
   public:
    using Read = Order::Read;

    /// The series begins at `first_row`.
    Rank(const Params& params, std::int64_t first_row, Read read);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override { window_.reset(); }
    void save(ByteWriter& writer) const override { window_.save(writer); }
    void load(ByteReader& reader) override { window_.load(reader); }
    [[nodiscard]] std::size_t bytes() const noexcept override { return sizeof(*this) + window_.bytes(); }

   private:
    Params params_;
    std::int64_t first_row_;
    Read read_;
    RankWindow window_;
};

/// Of closes, over a bars.
[[nodiscard]] GaugeFactory close_order() noexcept;
[[nodiscard]] GaugeFactory close_rank() noexcept;
/// Of log returns, over a bars.
[[nodiscard]] GaugeFactory return_order() noexcept;
/// Of the deviation of b log returns, over a bars. Two are equal where n sum(r^2) - sum(r)^2 is.
[[nodiscard]] GaugeFactory volatility_rank() noexcept;

}  // namespace foxml::features
