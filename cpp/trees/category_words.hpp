#pragma once

#include <cstdint>
#include <vector>

#include "trees/forest.hpp"
#include "trees/leaf_order.hpp"
#include "trees/lines.hpp"

namespace foxml::trees {

/// For each feature that category sets split: by group of 64 trees, by category and by step, the trees whose node at
/// this step a row of that category leaves to the right.
///
/// After the categories that are in some set come two more rows: any other value, and NaN.
class CategoryWords {
   public:
    /// `step_count` is the most steps of a group.
    CategoryWords(const Forest& forest, const std::vector<LeafOrder>& orders, std::size_t step_count);

    [[nodiscard]] std::size_t size() const noexcept { return features_.size(); }
    [[nodiscard]] std::size_t word_count() const noexcept { return word_count_; }
    [[nodiscard]] const std::size_t* distances() const noexcept { return distances_.data(); }
    [[nodiscard]] std::size_t bytes() const noexcept;

    /// Where each feature's words for this row begin, in the first group.
    template <typename Value>
    void find(const Value* row, const std::uint64_t** words) const noexcept;

   private:
    struct Feature {
        std::int32_t number;
        bool negative_fractions_are_zero;
        std::size_t category_count;
        Lines words;
    };

    Feature& feature_of(const Split& split, const CategorySet& set);
    void fill(const Tree& tree, const Split& split, std::size_t tree_number, std::size_t step);

    std::vector<Feature> features_;
    std::vector<std::size_t> distances_;
    std::size_t word_count_;
    bool rounds_;
};

/// Bytes that the words of a forest would take.
[[nodiscard]] std::size_t category_bytes(const Forest& forest, std::size_t step_count);

}  // namespace foxml::trees
