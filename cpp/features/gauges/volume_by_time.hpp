#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "features/gauge.hpp"

namespace foxml::features {

/// Volume of the session so far against that of the p.a sessions before at the same time after their opens:
///
///     ln(cumV / mean over the sessions of cumV at their last bar that had closed by then)
///
/// A session counts as 0 as long as it had no bar, and with all of its volume once it was over. One that was joined in
/// its middle does not count.
///
///     slots     open |  1  |  2  |  3  | ...     one per interval, as many as a regular session has bars
///     kept      cumV at the end of each, and how far into the slot its last bar closed, to the second
///
/// So a bar that closes off the grid (a short last one, bars of whole hours after an open at half past) is compared
/// with what was known by that very second. In a session longer than a regular one there is no value after the last
/// slot, and no other session hears of its late volume: memory is bounded.
class VolumeByTime final : public Gauge {
   public:
    VolumeByTime(const Params& params, const GaugeContext& context);

    static void probe(const Probe& probe, const Params& params);

    void update(const View& view) noexcept override;
    [[nodiscard]] double value(int output) const noexcept override;
    void reset() noexcept override;
    void save(ByteWriter& writer) const override;
    void load(ByteReader& reader) override;
    [[nodiscard]] std::size_t bytes() const noexcept override;

   private:
    /// Of a session, at the end of a slot.
    struct Place {
        std::size_t slot;
        std::size_t session;
    };
    [[nodiscard]] std::size_t at(const Place& place) const noexcept { return place.slot * sessions_ + place.session; }

    void begin(bool from_open) noexcept;
    void fill(std::size_t slot) noexcept;
    void save_session(ByteWriter& writer, std::size_t session, std::size_t slots) const;
    void load_session(ByteReader& reader, std::size_t session, std::size_t slots);

    std::int64_t interval_ns_;
    std::size_t slots_;
    std::size_t sessions_;  ///< those before, and the current one
    // Slot 0 is the open: no volume. Rows of a slot, so that all sessions at one time lie side by side.
    std::vector<std::int64_t> volume_;   ///< of the session so far
    std::vector<std::uint16_t> closed_;  ///< seconds from the slot's start to its last bar's close; 0 if it has none
    std::size_t current_ = 0;            ///< the current session
    std::size_t complete_ = 0;           ///< sessions before it that count
    std::size_t slot_ = 0;               ///< the last one filled
    bool from_open_ = false;             ///< every bar of the session was seen
    bool late_ = false;                  ///< the last bar is beyond the last slot
};

}  // namespace foxml::features
