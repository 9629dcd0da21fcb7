#include "features/block_update.hpp"

#include "core/errors.hpp"

namespace foxml::features {

namespace {

Int128 wide_contribution(const BarPairs& pairs, WideColumn column, std::int64_t log_return, std::size_t lane) {
    if (column == WideColumn::illiquidity) {
        return illiquidity_units(*pairs.bars[lane], log_return, {pairs.price_grid[lane], pairs.volume_unit[lane]});
    }
    FOXML_ASSERT(column == WideColumn::return_volume);
    return return_volume_units(*pairs.bars[lane], *pairs.previous[lane]);
}

}  // namespace

void contribute_alone(const BarPairs& pairs, Column column, BlockBars::Numbers& values) noexcept {
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const IntegerBar& bar = *pairs.bars[lane];
        const IntegerBar& previous = *pairs.previous[lane];
        if (column == Column::grid_steps) {
            values[lane] = grid_steps(bar, previous, pairs.interval_ns);
        } else {
            FOXML_ASSERT(column == Column::high_low_spread);
            values[lane] = high_low_spread_units(bar, previous);
        }
    }
}

void contribute_alone(const BarPairs& pairs, WideColumn column, const BlockBars::Numbers& log_returns,
                      BlockBars::Words& low, BlockBars::Words& high) noexcept {
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const Int128 value = wide_contribution(pairs, column, log_returns[lane], lane);
        low[lane] = static_cast<std::uint64_t>(value);
        high[lane] = static_cast<std::uint64_t>(value >> 64);
    }
}

}  // namespace foxml::features
