#include "bars/groups.hpp"

#include <limits>

#include "core/errors.hpp"

namespace foxml::bars {

namespace {

constexpr std::size_t kPrices = 5;

void group_prices(const Parts& parts, std::size_t first, std::size_t last, double* out) noexcept {
    double high = parts.high[parts.stride * first];
    double low = parts.low[parts.stride * first];
    double volume = 0.0;
    for (std::size_t i = parts.stride * first; i < parts.stride * last; i += parts.stride) {
        high = parts.high[i] > high ? parts.high[i] : high;
        low = parts.low[i] < low ? parts.low[i] : low;
        volume += parts.volume[i];
    }
    out[0] = parts.open[parts.stride * first];
    out[1] = high;
    out[2] = low;
    out[3] = parts.close[parts.stride * (last - 1)];
    out[4] = volume;
}

[[nodiscard]] double group_vwap(const Parts& parts, std::size_t first, std::size_t last, double volume) noexcept {
    double value = 0.0;
    for (std::size_t i = first; i < last; ++i) {
        const double shares = parts.volume[parts.stride * i];
        // What zero shares were worth is nothing, whatever a vendor writes as their price.
        value += shares == 0.0 ? 0.0 : parts.vwap[i] * shares;
    }
    return volume > 0.0 ? value / volume : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace

void group_parts(const Parts& parts, std::span<const std::int64_t> first, const Groups& out) {
    FOXML_ASSERT(first.empty() ? parts.count == 0 : first[0] == 0);
    for (std::size_t group = 0; group < first.size(); ++group) {
        const auto begin = static_cast<std::size_t>(first[group]);
        const std::size_t end = group + 1 < first.size() ? static_cast<std::size_t>(first[group + 1]) : parts.count;
        FOXML_ASSERT(begin < end && end <= parts.count);
        double* const ohlcv = out.ohlcv + kPrices * group;
        group_prices(parts, begin, end, ohlcv);
        if (parts.vwap != nullptr) {
            out.vwap[group] = group_vwap(parts, begin, end, ohlcv[4]);
        }
        if (parts.trade_count != nullptr) {
            std::uint64_t trades = 0;
            for (std::size_t i = begin; i < end; ++i) {
                trades += static_cast<std::uint64_t>(parts.trade_count[i]);
            }
            out.trade_count[group] = static_cast<std::int64_t>(trades);
        }
    }
}

}  // namespace foxml::bars
