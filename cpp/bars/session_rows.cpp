#include "bars/session_rows.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/errors.hpp"

namespace foxml::bars {

namespace {

constexpr std::size_t kPrices = 5;
constexpr std::size_t kVolume = 4;
constexpr std::int64_t kDayNs = 86'400'000'000'000;
constexpr std::int64_t kFarthestNs = std::numeric_limits<std::int64_t>::max() - 2 * kDayNs;

/// Whether values are finite, prices positive and between low and high, and the volume not negative.
[[nodiscard]] bool can_be_a_bar(const double* values) noexcept {
    const double open = values[0];
    const double high = values[1];
    const double low = values[2];
    const double close = values[3];
    const double volume = values[kVolume];
    constexpr double kMax = std::numeric_limits<double>::max();
    // Each comparison is false of a NaN; what is above 0 and not above the largest is finite.
    return (low > 0.0) & (low <= open) & (low <= close) & (open <= high) & (close <= high) & (high <= kMax) &
           (volume >= 0.0) & (volume <= kMax);
}

/// The session of one moment after another, each later than the one before it, or a little earlier.
class SessionFinder {
   public:
    explicit SessionFinder(const Sessions& sessions) noexcept : sessions_(sessions) {}

    /// The session that a moment lies in, its open included and its close not; nothing outside sessions.
    [[nodiscard]] std::optional<std::size_t> at(std::int64_t moment_ns) noexcept {
        if (moment_ns < begins_ns_ || moment_ns >= ends_ns_) {
            find(moment_ns);
        }
        return moment_ns < closes_ns_ ? std::optional<std::size_t>(session_) : std::nullopt;
    }

   private:
    /// Between `begins_ns_` and `ends_ns_`, the next session's open, there is one answer before the close and one
    /// after.
    void find(std::int64_t moment_ns) noexcept {
        const auto& opens = sessions_.open_ns;
        const auto next =
            static_cast<std::size_t>(std::upper_bound(opens.begin(), opens.end(), moment_ns) - opens.begin());
        ends_ns_ = next < opens.size() ? opens[next] : std::numeric_limits<std::int64_t>::max();
        session_ = next == 0 ? 0 : next - 1;
        begins_ns_ = next == 0 ? std::numeric_limits<std::int64_t>::min() : opens[session_];
        closes_ns_ = next == 0 ? begins_ns_ : sessions_.close_ns[session_];
    }

    Sessions sessions_;
    std::size_t session_ = 0;
    std::int64_t begins_ns_ = 0;
    std::int64_t ends_ns_ = 0;
    std::int64_t closes_ns_ = 0;
};

/// Copies rows that become bars, one behind the other.
class Writer {
   public:
    Writer(const RowColumns& rows, const BarColumns& out) noexcept : rows_(rows), out_(out) {}

    /// Put a row behind the last bar; false if it ends no later than that one.
    [[nodiscard]] bool put(std::size_t row, std::int64_t close_ns, std::int64_t open_ns, std::int64_t end_ns) noexcept {
        if (close_ns <= last_ns_) {
            return false;
        }
        last_ns_ = close_ns;
        const std::size_t bar = placed.bars++;
        out_.close_ns[bar] = close_ns;
        out_.session_open_ns[bar] = open_ns;
        out_.session_close_ns[bar] = end_ns;
        std::memcpy(out_.ohlcv + kPrices * bar, rows_.ohlcv + kPrices * row, kPrices * sizeof(double));
        out_.zero_volume[bar] = rows_.ohlcv[kPrices * row + kVolume] == 0.0 ? 1 : 0;
        if (rows_.vwap != nullptr) {
            out_.vwap[bar] = rows_.vwap[row];
        }
        if (rows_.trade_count != nullptr) {
            out_.trade_count[bar] = rows_.trade_count[row];
        }
        return true;
    }

    Placed placed;

   private:
    RowColumns rows_;
    BarColumns out_;
    std::int64_t last_ns_ = std::numeric_limits<std::int64_t>::min();
};

}  // namespace

std::optional<Placed> place_rows(const RowColumns& rows, const Sessions& sessions, std::int64_t interval_ns,
                                 const BarColumns& out) {
    FOXML_ASSERT(interval_ns > 0 && interval_ns < kDayNs);
    FOXML_ASSERT(sessions.open_ns.size() == sessions.close_ns.size());
    const std::int64_t first_ns = std::max(sessions.first_ns, -kFarthestNs) - kDayNs;
    const std::int64_t last_ns = std::min(sessions.last_ns, kFarthestNs) + kDayNs;
    SessionFinder starts(sessions);
    SessionFinder ends(sessions);
    Writer writer(rows, out);
    std::int64_t before_ns = std::numeric_limits<std::int64_t>::min();
    for (std::size_t row = 0; row < rows.count; ++row) {
        const std::int64_t start_ns = rows.start_ns[row];
        if (start_ns <= before_ns || start_ns < first_ns || start_ns > last_ns ||
            !can_be_a_bar(rows.ohlcv + kPrices * row)) {
            return std::nullopt;
        }
        before_ns = start_ns;
        writer.placed.zero_volume += rows.ohlcv[kPrices * row + kVolume] == 0.0 ? 1 : 0;
        // A bar that starts before the open and ends after it is the session's first, a shortened one.
        std::optional<std::size_t> session = starts.at(start_ns);
        if (!session) {
            session = ends.at(start_ns + interval_ns - 1);
        }
        if (!session) {
            ++writer.placed.outside;
            continue;
        }
        const std::int64_t open_ns = sessions.open_ns[*session];
        const std::int64_t end_ns = sessions.close_ns[*session];
        if (start_ns % interval_ns != 0 && (start_ns - open_ns) % interval_ns != 0) {
            ++writer.placed.off_grid;
            continue;
        }
        if (!writer.put(row, std::min(start_ns + interval_ns, end_ns), open_ns, end_ns)) {
            return std::nullopt;
        }
    }
    return writer.placed;
}

std::vector<std::int64_t> day_starts(std::span<const std::int64_t> time_ns) {
    constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
    std::vector<std::int64_t> starts;
    std::int64_t first_ns = kMax;  // of the day: no time lies in the one before the first
    std::int64_t last_ns = kMin;
    for (std::size_t i = 0; i < time_ns.size(); ++i) {
        const std::int64_t at = time_ns[i];
        if (at < first_ns || at > last_ns) {
            const std::int64_t signed_ns = at % kDayNs;
            const std::int64_t into_ns = signed_ns < 0 ? signed_ns + kDayNs : signed_ns;
            // The earliest and the latest day are not whole.
            first_ns = at < kMin + into_ns ? kMin : at - into_ns;
            last_ns = at > kMax - (kDayNs - 1 - into_ns) ? kMax : at + (kDayNs - 1 - into_ns);
            starts.push_back(static_cast<std::int64_t>(i));
        }
    }
    return starts;
}

}  // namespace foxml::bars
