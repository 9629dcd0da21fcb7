#pragma once

#include <cstdint>
#include <vector>

#include "features/bar.hpp"
#include "features/layout.hpp"
#include "features/window_plan.hpp"

namespace foxml::features {

/// How long ago each maximum was when it was last asked: mostly it is the same one a bar later.
struct SinceMemory {
    static constexpr std::int64_t kNothing = -2;

    std::int64_t place = kNothing;  ///< of the last bar then
    std::vector<WindowPlan::Numbers> bars;
};

/// What the formulas of one symbol read, where its rings have a word after the other.
struct WindowSource {
    const Layout* layout;
    const std::uint64_t* prefix;
    const std::int64_t* extrema;
    const double* smoothings;
    std::int64_t place;  ///< of the last bar in the rings
    std::int64_t index;
    const IntegerBar* bar;
    Scale scale;
    SinceMemory* since;
};

/// Where the cells go: one of the two.
struct RowPlaces {
    float* floats;
    double* doubles;
};

/// Writes the cells that the plan holds; every one of them must be warm.
using WriteWindows = void (*)(const WindowSource& source, const WindowPlan& plan, const RowPlaces& row);

void write_windows_avx2(const WindowSource& source, const WindowPlan& plan, const RowPlaces& row);
void write_windows_avx512(const WindowSource& source, const WindowPlan& plan, const RowPlaces& row);

}  // namespace foxml::features
