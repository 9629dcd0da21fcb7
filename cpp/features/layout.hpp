#pragma once

#include "features/extrema.hpp"
#include "features/prefix_ring.hpp"
#include "features/requirements.hpp"
#include "features/smoothing.hpp"

namespace foxml::features {

/// Where the operators of one timeframe keep what a plan requires; shared by all symbols.
struct Layout {
    explicit Layout(const Requirements& requirements);

    LogarithmsUsed logs;
    PrefixLayout prefix;
    ExtremaLayout extrema;
    SmoothingLayout smoothings;
};

}  // namespace foxml::features
