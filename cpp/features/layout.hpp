#pragma once

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
};

}  // namespace foxml::features
