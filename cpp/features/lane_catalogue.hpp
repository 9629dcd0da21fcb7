#pragma once

#include <algorithm>
#include <array>

#include "features/formulas/averages.hpp"
#include "features/formulas/bands.hpp"
#include "features/formulas/benchmark.hpp"
#include "features/formulas/candles.hpp"
#include "features/formulas/drawdowns.hpp"
#include "features/formulas/higher.hpp"
#include "features/formulas/oscillators.hpp"
#include "features/formulas/ranks.hpp"
#include "features/formulas/returns.hpp"
#include "features/formulas/session_clock.hpp"
#include "features/formulas/statistics.hpp"
#include "features/formulas/volatility.hpp"
#include "features/formulas/volume.hpp"

namespace foxml::features {

namespace {

template <std::size_t... Sizes>
constexpr auto joined(const Row (&... groups)[Sizes]) {
    std::array<Row, (Sizes + ...)> all{};
    std::size_t next = 0;
    const auto add = [&all, &next](const Row& row) { all[next++] = row; };
    (std::for_each(std::begin(groups), std::end(groups), add), ...);
    return all;
}

/// In the order of the catalogue.
constexpr auto kLaneRows =
    joined(returns_rows::kRows, averages_rows::kRows, oscillators_rows::kRows, bands_rows::kRows,
           volatility_rows::kRows, volume_rows::kRows, statistics_rows::kRows, ranks_rows::kRows, benchmark_rows::kRows,
           drawdowns_rows::kRows, candles_rows::kRows, session_clock_rows::kRows, higher_rows::kRows);

}  // namespace

}  // namespace foxml::features
