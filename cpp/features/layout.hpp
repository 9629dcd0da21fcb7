#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "features/columns.hpp"
#include "features/extrema.hpp"
#include "features/gauge_layout.hpp"
#include "features/prefix_ring.hpp"
#include "features/requirements.hpp"
#include "features/smoothing.hpp"

namespace foxml::features {

/// Where the operators of one timeframe keep what a plan requires; shared by all symbols.
struct Layout {
    explicit Layout(const Requirements& requirements);

    ColumnSet columns;
    PrefixLayout prefix;
    ExtremaLayout extrema;
    SmoothingLayout smoothings;
    GaugeLayout gauges;

    /// A word that the next bar will read: of the row `lag` bars before it. Each is there once, in order of the rows.
    struct Touch {
        std::uint32_t word;
        std::int32_t lag;

        auto operator<=>(const Touch&) const = default;
    };
    std::vector<Touch> prefix_touches;
    std::vector<Touch> extrema_touches;

    /// Windows in which an extreme is searched for, in order.
    std::vector<ExtremumSearch> searches;
};

}  // namespace foxml::features
