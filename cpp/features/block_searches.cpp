#include "features/block_searches.hpp"

#include "features/extrema.hpp"

namespace foxml::features {

void BlockSearches::step(const std::int64_t* table, std::int64_t place) noexcept {
    const bool known = place == place_ + 1;
    const ExtremaLayout& extrema = layout_->extrema;
    for (std::size_t i = 0; i < since_.size(); ++i) {
        const auto& [extremum, window] = layout_->searches[i];
        const std::size_t newest = extrema.word(extremum, 0);
        for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
            const ExtremaTable of(extrema, table + lane, kBlockLanes);
            std::int64_t& since = since_[i][lane];
            if (of.word(newest, place) == of.maximum(extremum, window, place)) {
                since = 0;
            } else if (known && since + 1 < window) {
                ++since;
            } else {
                since = of.bars_since(extremum, window, place);
            }
        }
    }
    place_ = place;
}

}  // namespace foxml::features
