#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "bar_tapes.hpp"
#include "features/bar.hpp"

namespace foxml::fuzz {

/// Makes a bar one that can never be taken.
inline void spoil(features::Bar& bar, Random& random) {
    const std::array<double, 6> bad{std::numeric_limits<double>::quiet_NaN(),
                                    std::numeric_limits<double>::infinity(),
                                    -std::numeric_limits<double>::infinity(),
                                    -1.0,
                                    1e300,
                                    -std::numeric_limits<double>::denorm_min()};
    const double worst = bad[random() % bad.size()];
    switch (random() % 10) {
        case 0:
            bar.open = worst;
            break;
        case 1:
            bar.high = worst;
            break;
        case 2:
            bar.low = worst;
            break;
        case 3:
            bar.close = worst;
            break;
        case 4:
            bar.volume = worst;
            break;
        case 5:
            bar.close = one_in(random, 2) ? 0.0 : std::numeric_limits<double>::denorm_min();
            break;
        case 6:
            bar.high = bar.low / 2.0;
            break;
        case 7:
            bar.low = bar.high * 2.0;
            break;
        case 8:
            bar.open *= 1e5;
            bar.high = bar.close = bar.low = bar.open * 1e5;
            break;
        default:
            bar.close = bar.low = bar.close / 1e5;
            bar.open = bar.close / 2.0;
    }
}

/// Makes times wrong, or at the end of what numbers can say: some of it may be taken.
inline void spoil_times(features::Bar& bar, std::int64_t last_close_ns, Random& random) {
    constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
    constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
    switch (random() % 7) {
        case 0:
            bar.close_ns = last_close_ns;
            break;
        case 1:
            bar.close_ns = kLeast;
            break;
        case 2:
            bar.session_open_ns = bar.session_close_ns;
            break;
        case 3:
            bar.session_close_ns = bar.session_open_ns;
            bar.session_open_ns = bar.close_ns;
            break;
        case 4:
            bar.session_open_ns = std::max(bar.session_open_ns, kLeast + 1) - 1;
            break;
        case 5:
            bar.session_open_ns = kLeast;
            break;
        default:
            bar.close_ns = bar.session_close_ns = kMost;
    }
}

}  // namespace foxml::fuzz
