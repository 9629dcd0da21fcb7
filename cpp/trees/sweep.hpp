#pragma once

#include <cstdint>
#include <memory>

#include "trees/forest.hpp"
#include "trees/kernel.hpp"

namespace foxml::trees {

/// Up to 64 trees, or 128: their nodes from left to right, one of each tree a step.
struct SweepGroup {
    const std::uint8_t* steps;  ///< 192 bytes a step and 64 trees: columns, threshold numbers, first leaves below
    std::uint32_t step_count;
    std::uint32_t tree_count;
    const void* leaves;           ///< of each tree `stride` values, from left to right
    const std::int32_t* outputs;  ///< of each tree
};

struct SweepForest {
    const SweepGroup* groups;
    std::size_t group_count;
    std::size_t stride;
    std::size_t word_count;           ///< of the steps of 64 trees, in eights
    std::size_t set_count;            ///< features with category sets
    const std::size_t* set_distance;  ///< of each, words from 64 trees to the next
};

/// What a sweep reads of a row, and its scratch memory of whole lines.
struct SweepRow {
    const std::uint8_t* ranks;
    const std::uint64_t** sets;  ///< of each feature with sets, the words of the row's category: a bit a tree
    std::uint64_t* words;        ///< twice `word_count`
    std::uint8_t* indices;       ///< 256 bytes
};

/// Adds the leaves of all trees to `scores`, which hold where the sums begin. Moves on the row's `sets`.
using SweepScore = void (*)(const SweepForest&, const SweepRow&, double* scores);

/// What a sweep's code is made for.
struct SweepShape {
    std::size_t column_count;
    bool is_float;
    bool has_sets;
    bool has_outputs;  ///< more than one
};

[[nodiscard]] SweepScore sweep_avx512(const SweepShape& shape) noexcept;

/// 64 trees a register, one byte each: all their nodes are visited from left to right.
///
/// Leaves are numbered from left to right, and node i stands between leaf i and leaf i + 1. At first leaf 0 is the
/// candidate. A node whose test sends the row right and that has the candidate below its left side rules out all
/// leaves there, so that leaf i + 1 is the next candidate:
///
///            1                 node   right?   first leaf below   candidate
///          /   .               0      yes      0                  0 -> 1
///        0       2             1      no       0                  1
///       . .     . .            2      yes      2                  1: it is not below node 2
///      0   1   2   3           leaf 1
///
/// What is left is the leaf of the row. No tree needs more steps than it has nodes, and no step depends on data.
/// Leaves are added one by one in tree order while the next trees are visited.
///
/// Null if the forest has what it cannot do: trees of more than 256 leaves, more than 512 columns, linear or vector
/// leaves, weights, or category sets whose tables would be large.
[[nodiscard]] std::unique_ptr<Kernel> make_sweep(const Forest& forest);

}  // namespace foxml::trees
