#pragma once

#include <cstddef>
#include <cstdint>

#include "core/bytes.hpp"
#include "core/int128.hpp"
#include "features/bar.hpp"

namespace foxml::features {

/// Regular trading lasts six and a half hours: what the warm-up of session features counts with. Longer sessions are
/// computed as well; a start in the middle of one is then invalid for longer than declared.
inline constexpr std::int64_t kSessionNs = 390 * kMinuteNs;

/// Bars of a regular session, a short last (or first) one included.
[[nodiscard]] constexpr std::int64_t session_bars(std::int64_t interval_ns) noexcept {
    return (kSessionNs + interval_ns - 1) / interval_ns;
}

/// What is known of the current trading session and the one before.
///
/// A session counts as seen from its open when a bar of an earlier one came before it, or when the very first bar
/// reaches back to the open: then no bar of it can be missing for want of history.
class Session {
   public:
    void update(const IntegerBar& bar, std::int64_t interval_ns) noexcept;

    /// Every bar of the session was seen.
    [[nodiscard]] bool from_open() const noexcept { return from_open_; }
    [[nodiscard]] std::int64_t first_open() const noexcept { return first_open_; }
    [[nodiscard]] std::int64_t high() const noexcept { return high_; }
    [[nodiscard]] std::int64_t low() const noexcept { return low_; }
    [[nodiscard]] std::int64_t volume() const noexcept { return volume_; }
    /// Sum of (H + L + C) V.
    [[nodiscard]] Int128 typical_volume() const noexcept { return typical_volume_; }

    /// The last close of the session before was seen.
    [[nodiscard]] bool has_prior() const noexcept { return has_prior_; }
    [[nodiscard]] std::int64_t prior_close() const noexcept { return prior_close_; }
    /// Every bar of the session before was seen.
    [[nodiscard]] bool prior_from_open() const noexcept { return prior_from_open_; }
    [[nodiscard]] std::int64_t prior_high() const noexcept { return prior_high_; }
    [[nodiscard]] std::int64_t prior_low() const noexcept { return prior_low_; }

    void save(ByteWriter& writer) const;
    void load(ByteReader& reader);

   private:
    void begin(const IntegerBar& bar, std::int64_t interval_ns) noexcept;

    bool seen_ = false;
    bool from_open_ = false;
    bool has_prior_ = false;
    bool prior_from_open_ = false;
    std::int64_t open_ns_ = 0;
    std::int64_t first_open_ = 0;
    std::int64_t high_ = 0;
    std::int64_t low_ = 0;
    std::int64_t last_close_ = 0;
    std::int64_t volume_ = 0;
    std::int64_t prior_close_ = 0;
    std::int64_t prior_high_ = 0;
    std::int64_t prior_low_ = 0;
    Int128 typical_volume_ = 0;
};

}  // namespace foxml::features
