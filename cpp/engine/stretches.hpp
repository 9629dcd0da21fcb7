#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "engine/feed.hpp"
#include "engine/track.hpp"
#include "features/plan.hpp"
#include "features/tape.hpp"

namespace foxml::engine {

/// A history taken into a track a stretch of bars at a time where it can be, else bar by bar; all ways give the same
/// bits.
class Stretches {
   public:
    /// Tracks need not go on afterwards unless `goes_on`.
    Stretches(const std::shared_ptr<const features::Plan>& plan, bool goes_on);

    /// Takes all bars of the feed in. Writes count x features `values`, NaN in rows that are not ready, and `ready`.
    /// One history after the other may be taken so.
    ///
    /// Throws RefusedBar naming the row, InvalidInput naming the adjustment; what the track holds then is undefined.
    void run(Feed& feed, Track& track, float* values, std::uint8_t* ready);

   private:
    void run_alone(Feed& feed, Track& track, std::size_t t, float* values, std::uint8_t* ready) const;
    [[nodiscard]] std::size_t run_together(const Feed& feed, Track& track, std::size_t first, std::size_t end,
                                           float* values, std::uint8_t* ready);
    static void gather(const Feed& feed, Track& track, std::size_t first, std::span<features::IntegerBar> bars);

    std::shared_ptr<const features::Plan> plan_;
    bool goes_on_;
    std::optional<features::Tape> tape_;  ///< none where only scalar instructions may be used
};

}  // namespace foxml::engine
