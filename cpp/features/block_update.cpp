#include "features/block_update.hpp"

#include "core/errors.hpp"

namespace foxml::features {

namespace {

Int128 wide_contribution(const BlockUpdate& update, WideColumn column, std::int64_t log_return, std::size_t lane) {
    const IntegerBar& bar = update.integer_bars[lane];
    if (column == WideColumn::illiquidity) {
        return illiquidity_units(bar, log_return, {update.price_grid[lane], update.volume_unit[lane]});
    }
    FOXML_ASSERT(column == WideColumn::return_volume);
    return return_volume_units(bar, *update.integer_previous[lane]);
}

}  // namespace

void contribute_alone(const BlockUpdate& update, Column column, BlockBars::Numbers& values) noexcept {
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const IntegerBar& bar = update.integer_bars[lane];
        const IntegerBar& previous = *update.integer_previous[lane];
        if (column == Column::grid_steps) {
            values[lane] = grid_steps(bar, previous, update.interval_ns);
        } else {
            FOXML_ASSERT(column == Column::high_low_spread);
            values[lane] = high_low_spread_units(bar, previous);
        }
    }
}

void contribute_alone(const BlockUpdate& update, WideColumn column, const BlockBars::Numbers& log_returns,
                      BlockBars::Words& low, BlockBars::Words& high) noexcept {
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const Int128 value = wide_contribution(update, column, log_returns[lane], lane);
        low[lane] = static_cast<std::uint64_t>(value);
        high[lane] = static_cast<std::uint64_t>(value >> 64);
    }
}

}  // namespace foxml::features
