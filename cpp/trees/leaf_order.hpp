#pragma once

#include <cstdint>
#include <vector>

#include "trees/forest.hpp"

namespace foxml::trees {

/// A tree's leaves and nodes numbered from left to right: node i stands between leaf i and leaf i + 1.
struct LeafOrder {
    std::vector<std::uint32_t> leaf_at;     ///< the tree's number of each leaf, from left to right
    std::vector<std::uint32_t> split_at;    ///< the tree's number of each node, from left to right
    std::vector<std::uint32_t> first_leaf;  ///< of each node, from left to right: the first leaf below it

    explicit LeafOrder(const Tree& tree);
};

/// Most splits on the way to a leaf.
[[nodiscard]] std::size_t depth_of(const Tree& tree);

}  // namespace foxml::trees
