#pragma once

#include <cstdint>
#include <memory>

#include "trees/forest.hpp"
#include "trees/kernel.hpp"

namespace foxml::trees {

/// Rows that are scored together, one byte of a register each.
inline constexpr std::size_t kRowLanes = 64;

/// A node for all rows: bytes are given four times over, as they are spread over a register.
struct LaneNode {
    std::uint32_t column;  ///< where the column's ranks begin, one a row
    std::uint32_t number;
    std::uint32_t first_leaf;
};

/// Two trees whose nodes, from left to right, alternate: what one waits for, the other does not.
struct LanePair {
    const LaneNode* nodes;
    std::uint32_t count;  ///< of each tree
    std::uint32_t tree_count;
    const void* leaves;           ///< of each tree `stride` values, from left to right
    const std::int32_t* outputs;  ///< of each tree
};

struct LaneForest {
    const LanePair* pairs;
    std::size_t pair_count;
    std::size_t stride;
};

/// Functions for blocks of 64 rows.
struct LaneFunctions {
    /// Turns 64 rows of ranks, `distance` bytes apart, into columns of 64, sixteen columns at a time.
    void (*transpose)(const std::uint8_t* rows, std::size_t distance, std::size_t columns, std::uint8_t* to);
    /// Adds the leaves to the totals, which hold 64 numbers an output; doubles, or floats where the sums are floats.
    void (*score)(const LaneForest&, const std::uint8_t* ranks, void* totals);
};

[[nodiscard]] LaneFunctions row_lanes_avx512(bool is_float) noexcept;

/// 64 rows a register: node after node is compared with all of them, as the sweep does with trees.
///
/// Every row's leaves are added one by one in tree order; the additions of 64 rows run beside each other. Null if the
/// forest has trees of more than 256 leaves, category sets, linear or vector leaves, or weights.
[[nodiscard]] std::unique_ptr<Kernel> make_row_lanes(const Forest& forest);

}  // namespace foxml::trees
