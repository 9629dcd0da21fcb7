#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "features/interleaved.hpp"
#include "features/layout.hpp"

namespace foxml::features {

/// Bars since the extremes of a plan's windows, of eight symbols whose last bar is at the same place.
///
/// From one bar to the next an extreme is either the new bar or one bar older; only where it has left its window is it
/// searched for. What is known here is only ever derived from the table of extremes.
class BlockSearches {
   public:
    using Numbers = std::array<std::int64_t, kBlockLanes>;

    explicit BlockSearches(const Layout& layout) : layout_(&layout), since_(layout.searches.size()) {}

    /// The table, word by word as in BlockMemory, has got the row of `place`.
    void step(const std::int64_t* table, std::int64_t place) noexcept;

    /// Of each of the layout's searches at that place; null where the last step was another's.
    [[nodiscard]] const Numbers* at(std::int64_t place) const noexcept {
        return place == place_ && !since_.empty() ? since_.data() : nullptr;
    }

    /// Whatever was known is so no longer.
    void forget() noexcept { place_ = kNowhere; }

   private:
    static constexpr std::int64_t kNowhere = -2;

    const Layout* layout_;
    std::vector<Numbers> since_;
    std::int64_t place_ = kNowhere;
};

}  // namespace foxml::features
