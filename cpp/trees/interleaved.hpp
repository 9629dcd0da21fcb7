#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "trees/forest.hpp"

namespace foxml::trees {

/// A fast predictor for any CPU: eight trees walked together, without a branch that depends on data.
///
/// Every split becomes `column <= threshold`. A column is a feature seen through one way of treating missing values:
/// what must go left is replaced by -inf, what must go right by NaN, so one comparison serves all:
///
///     feature 3, NaN goes left      x = NaN  ->  -inf <= threshold is true
///     feature 3, NaN goes right     x = NaN  ->   NaN <= threshold is false
///
/// The two children of a node are neighbours, so the next node is `left + !(column <= threshold)`. A leaf points to
/// itself, so trees of different depths can take the same number of steps. Leaf values are added one by one in tree
/// order, in the forest's precision: the sum is the reference's to the bit.
///
/// A forest with category sets, linear leaves, vector leaves or weights is walked plainly instead.
class InterleavedPredictor {
   public:
    explicit InterleavedPredictor(const Forest& forest);

    /// Doubles of scratch memory that `predict` needs.
    [[nodiscard]] std::size_t scratch_size() const noexcept { return columns_.size() + 1; }

    /// Memory of the tables that it reads while it predicts.
    [[nodiscard]] std::size_t bytes() const noexcept {
        return nodes_.size() * sizeof(Node) + leaf_values_.size() * sizeof(double);
    }

    /// Whether the forest is one that needs no plain walk.
    [[nodiscard]] static bool supports(const Forest& forest) noexcept;

    /// Raw scores of one row into `scores` (`output_count` values). Allocates nothing.
    template <typename Value>
    void predict(const Value* row, double* scratch, double* scores) const noexcept;

   private:
    static constexpr std::size_t kLanes = 8;

    struct Node {
        double threshold;
        std::int32_t left;
        std::int32_t column;
    };

    /// How a feature's missing values are rewritten.
    struct Column {
        std::int32_t feature;
        Missing missing;
        bool default_left;
        bool operator==(const Column&) const = default;
    };

    struct Group {
        std::int32_t roots[kLanes];
        std::int32_t depth;
        std::int32_t trees;
    };

    void add_group(const Forest& forest, std::size_t first);
    std::int32_t add_tree(const Tree& tree, std::int32_t& depth);
    std::int32_t column_of(const Split& split);

    template <typename Add, typename Value>
    void walk(const Value* row, double* scratch, double* scores) const noexcept;

    template <typename Value>
    void fill_columns(const Value* row, double* columns) const noexcept;

    std::vector<Node> nodes_;
    std::vector<double> leaf_values_;
    std::vector<Column> columns_;
    std::vector<Group> groups_;
    std::vector<std::int32_t> outputs_;  ///< of each tree
    std::vector<double> base_margin_;
    Inputs inputs_;
    Arithmetic arithmetic_;
    double divisor_;                       ///< of the raw scores
    std::shared_ptr<const Forest> plain_;  ///< where the plain walk serves
};

}  // namespace foxml::trees
