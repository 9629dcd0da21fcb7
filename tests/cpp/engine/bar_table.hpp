#pragma once

#include <vector>

#include "engine/feed.hpp"
#include "market.hpp"

namespace foxml::engine {

/// A history in columns that a Feed reads.
class BarTable {
   public:
    explicit BarTable(const std::vector<features::Bar>& bars, const std::vector<double>& benchmark_close = {})
        : benchmark_close_(benchmark_close) {
        for (const features::Bar& bar : bars) {
            close_ns_.push_back(bar.close_ns);
            session_open_ns_.push_back(bar.session_open_ns);
            session_close_ns_.push_back(bar.session_close_ns);
            ohlcv_.insert(ohlcv_.end(), {bar.open, bar.high, bar.low, bar.close, bar.volume});
        }
    }

    [[nodiscard]] std::size_t size() const { return close_ns_.size(); }

    /// Bars `first` to before `last`; valid as long as the table.
    [[nodiscard]] BarColumns part(std::size_t first, std::size_t last) const {
        return {last - first,
                close_ns_.data() + first,
                session_open_ns_.data() + first,
                session_close_ns_.data() + first,
                ohlcv_.data() + first * 5,
                benchmark_close_.empty() ? nullptr : benchmark_close_.data() + first};
    }
    [[nodiscard]] BarColumns columns() const { return part(0, size()); }

   private:
    std::vector<std::int64_t> close_ns_;
    std::vector<std::int64_t> session_open_ns_;
    std::vector<std::int64_t> session_close_ns_;
    std::vector<double> ohlcv_;
    std::vector<double> benchmark_close_;
};

/// Rows of a history, comparable to the bit.
struct Rows {
    explicit Rows(std::size_t bars, std::size_t width) : values(bars * width), ready(bars), width(width) {}

    [[nodiscard]] std::vector<std::uint32_t> bits() const {
        std::vector<std::uint32_t> found;
        for (const float cell : values) {
            found.push_back(std::bit_cast<std::uint32_t>(cell));
        }
        return found;
    }
    [[nodiscard]] int ready_count() const {
        int count = 0;
        for (const std::uint8_t is : ready) {
            count += is;
        }
        return count;
    }

    std::vector<float> values;
    std::vector<std::uint8_t> ready;
    std::size_t width;
};

/// Every feature that needs no benchmark, of all guarantees, and is warm within `warmup_max` bars of five minutes.
inline std::shared_ptr<const features::Plan> plan_within(std::int64_t warmup_max, bool with_benchmark = false) {
    std::vector<std::string> names;
    for (const features::FeatureInfo& feature : features::catalogue()) {
        const bool here = (feature.timeframes & features::timeframe_bit(5 * kMinuteNs)) != 0;
        if (here && (with_benchmark || !feature.needs_benchmark) &&
            features::warmup_bars(feature, 5 * kMinuteNs) <= warmup_max) {
            names.emplace_back(feature.name);
        }
    }
    return std::make_shared<const features::Plan>(names, 5 * kMinuteNs);
}

}  // namespace foxml::engine
