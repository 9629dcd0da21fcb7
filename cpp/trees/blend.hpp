#pragma once

#include <cstdint>
#include <memory>

#include "trees/forest.hpp"
#include "trees/kernel.hpp"

namespace foxml::trees {

/// 64 trees: the nodes of their upper levels, and what lies below them.
struct BlendGroup {
    const std::uint8_t* nodes;  ///< 128 bytes a node: columns, threshold numbers; node k's sides are 2k + 1 and 2k + 2
    const std::uint8_t* records;  ///< of each tree, one for each node below the upper levels
    const std::int32_t* outputs;  ///< of each tree
    std::uint32_t tree_count;
};

struct BlendForest {
    const BlendGroup* groups;
    std::size_t group_count;
};

/// Adds the leaves of all trees to `scores`, which hold where the sums begin. `indices` is 128 bytes of scratch memory.
using BlendScore = void (*)(const BlendForest&, const std::uint8_t* ranks, std::uint8_t* indices, double* scores);

/// What a blend's code is made for.
struct BlendShape {
    std::size_t column_count;
    std::size_t lower_levels;
    bool is_float;
    bool has_outputs;  ///< more than one
};

/// Null where there are too many lower levels or columns.
[[nodiscard]] BlendScore blend_avx512(const BlendShape& shape) noexcept;

inline constexpr std::size_t kUpperLevels = 4;
inline constexpr std::size_t kMostLowerLevels = 4;

/// Where the leaves of a record begin, behind the column and threshold number of each of its nodes.
constexpr std::size_t record_head(std::size_t lower_levels, std::size_t leaf_bytes) noexcept {
    const std::size_t nodes = ((std::size_t{1} << lower_levels) - 1) * 2;
    return (nodes + leaf_bytes - 1) / leaf_bytes * leaf_bytes;
}

/// A power of two, so that no record lies across cache lines without need.
constexpr std::size_t record_bytes(std::size_t lower_levels, std::size_t leaf_bytes) noexcept {
    std::size_t bytes = leaf_bytes;
    while (bytes < record_head(lower_levels, leaf_bytes) + (leaf_bytes << lower_levels)) {
        bytes *= 2;
    }
    return bytes;
}

/// Trees of at most eight levels, filled up to perfect ones.
///
/// The four upper levels are taken 64 trees a register, one byte each: of a level's nodes the one on the row's way is
/// chosen by blends, by the sides taken so far, and one lookup and one comparison decide the next side. What lies
/// below is a record of the tree's own, mostly of one cache line: its nodes are walked one by one, down to the leaf
/// beside them, while the additions of the leaves, in tree order, run behind.
///
/// Null if the forest has what it cannot do: deeper trees, more than 256 columns, category sets, linear or vector
/// leaves, weights.
[[nodiscard]] std::unique_ptr<Kernel> make_blend(const Forest& forest);

}  // namespace foxml::trees
