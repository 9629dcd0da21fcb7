#pragma once

#include <cstddef>
#include <cstdint>

namespace foxml::features {

/// Where a ring keeps a word of its rows: that of the bar at place t is at offset + (t & mask) stride.
struct RingPlace {
    std::size_t offset;
    std::int64_t mask;
    std::int64_t stride;

    [[nodiscard]] std::size_t at(std::int64_t place) const noexcept {
        return offset + static_cast<std::size_t>((place & mask) * stride);
    }
};

}  // namespace foxml::features
