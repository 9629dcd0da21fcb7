#pragma once

#include "core/lanes.hpp"

// FOXML_LANES_ISA names the instruction set of the file that includes this.

namespace foxml::features {

namespace {

/// Tag of this file's vectors: what is made of them has no name outside of it.
struct FOXML_LANES_ISA {};

using IntVector = IntLanes<FOXML_LANES_ISA>;
using RealVector = RealLanes<FOXML_LANES_ISA>;
using WideVector = WideLanes<FOXML_LANES_ISA>;

/// Eight bars as a formula reads them.
struct BarVector {
    IntVector close_ns;
    IntVector session_open_ns;
    IntVector session_close_ns;
    IntVector open;
    IntVector high;
    IntVector low;
    IntVector close;
    IntVector volume;

    [[nodiscard]] IntVector typical3() const noexcept { return high + low + close; }
};

struct ScaleVector {
    RealVector price_grid;
    RealVector volume_unit;
};

}  // namespace

}  // namespace foxml::features
