#include "features/row_layout.hpp"

#include <algorithm>
#include <bit>

#include "core/errors.hpp"

namespace foxml::features {

RowLayout::RowLayout(std::span<const std::size_t> rows_kept) {
    FOXML_ASSERT(std::is_sorted(rows_kept.rbegin(), rows_kept.rend()));
    for (std::size_t first = 0, end = 0; first < rows_kept.size(); first = end) {
        const std::size_t depth = std::bit_ceil(rows_kept[first]);
        while (end < rows_kept.size() && std::bit_ceil(rows_kept[end]) == depth) {
            ++end;
        }
        for (std::size_t word = first; word < end; ++word) {
            words_.push_back({static_cast<std::uint32_t>(size_ + word - first), static_cast<std::uint32_t>(depth - 1),
                              static_cast<std::uint32_t>(end - first), static_cast<std::uint32_t>(rows_kept[word])});
        }
        size_ += depth * (end - first);
    }
}

}  // namespace foxml::features
