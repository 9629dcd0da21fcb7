#include "trees/blend.hpp"

#include <algorithm>
#include <vector>

#include "trees/columns.hpp"
#include "trees/leaf_order.hpp"
#include "trees/lines.hpp"
#include "trees/ranking.hpp"
#include "trees/sums.hpp"

namespace foxml::trees {

namespace {

constexpr std::size_t kLanes = 64;
constexpr std::size_t kUpperNodes = (std::size_t{1} << kUpperLevels) - 1;

std::size_t deepest(const Forest& forest) {
    std::size_t most = 0;
    for (const Tree& tree : forest.trees) {
        most = std::max(most, depth_of(tree));
    }
    return most;
}

class Blend final : public Kernel {
   public:
    Blend(const Forest& forest, const Columns& columns, std::size_t lower_levels)
        : ranking_(forest, columns),
          sums_(forest),
          columns_(&columns),
          lower_levels_(lower_levels),
          leaf_bytes_(forest.arithmetic == Arithmetic::float32 ? sizeof(float) : sizeof(double)),
          feature_count_(forest.feature_count) {
        const std::size_t tree_bytes = record_bytes(lower_levels_, leaf_bytes_) << kUpperLevels;
        const std::size_t group_count = (forest.trees.size() + kLanes - 1) / kLanes;
        // A node that no tree has sends nothing right: no rank is above 255.
        nodes_.grow(group_count * kUpperNodes * 2 * kLanes, 0xff);
        records_.grow(forest.trees.size() * tree_bytes);
        for (std::size_t t = 0; t < forest.trees.size(); ++t) {
            const Tree& tree = forest.trees[t];
            Filler filler{tree, nodes_.data() + t / kLanes * kUpperNodes * 2 * kLanes + t % kLanes,
                          records_.data() + t * tree_bytes};
            fill(filler, tree.splits.empty() ? ~0 : 0, 0, 0);
        }
        columns_ = nullptr;
        for (std::size_t g = 0; g < group_count; ++g) {
            const std::size_t first = g * kLanes;
            groups_.push_back({nodes_.data() + g * kUpperNodes * 2 * kLanes, records_.data() + first * tree_bytes,
                               sums_.outputs() + first,
                               static_cast<std::uint32_t>(std::min(kLanes, forest.trees.size() - first))});
        }
        forest_ = {groups_.data(), groups_.size()};
        score_ = blend_avx512({columns.size(), lower_levels_, leaf_bytes_ == sizeof(float), sums_.count() > 1});
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "blend"; }
    [[nodiscard]] std::size_t bytes() const noexcept override {
        return ranking_.bytes() + nodes_.size() + records_.size();
    }
    [[nodiscard]] std::size_t scratch_bytes() const noexcept override { return 2 * kLanes + ranking_.scratch_bytes(); }
    void predict(const float* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }
    void predict(const double* rows, std::size_t count, unsigned char* scratch,
                 double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }

   private:
    struct Filler {
        const Tree& tree;
        std::uint8_t* nodes;    ///< of this tree's lane
        std::uint8_t* records;  ///< of this tree
    };

    /// `at` counts a level's nodes from the left. A leaf stands below both sides of the nodes that fill its place.
    void fill(const Filler& filler, std::int32_t child, std::size_t level, std::size_t at) const {
        if (level == kUpperLevels + lower_levels_) {
            const std::size_t first = record_head(lower_levels_, leaf_bytes_);
            put_leaf(filler.tree.leaves[static_cast<std::size_t>(~child)], record_of(filler, level, at) + first,
                     at % (std::size_t{1} << lower_levels_));
            return;
        }
        const bool is_upper = level < kUpperLevels;
        std::uint8_t* node = filler.nodes;
        if (is_upper) {
            node += (((std::size_t{1} << level) - 1) + at) * 2 * kLanes;
        } else {
            const std::size_t width = std::size_t{1} << (level - kUpperLevels);
            node = record_of(filler, level, at) + (width - 1 + at % width) * 2;
        }
        if (child < 0) {
            put_node(node, is_upper, {0, 255});
            fill(filler, child, level + 1, 2 * at);
            fill(filler, child, level + 1, 2 * at + 1);
            return;
        }
        const Split& split = filler.tree.splits[static_cast<std::size_t>(child)];
        put_node(node, is_upper, columns_->place(split));
        fill(filler, split.left, level + 1, 2 * at);
        fill(filler, split.right, level + 1, 2 * at + 1);
    }

    [[nodiscard]] std::uint8_t* record_of(const Filler& filler, std::size_t level, std::size_t at) const {
        return filler.records + (at >> (level - kUpperLevels)) * record_bytes(lower_levels_, leaf_bytes_);
    }

    static void put_node(std::uint8_t* node, bool is_upper, const Columns::Place& place) {
        node[0] = static_cast<std::uint8_t>(place.column);
        node[is_upper ? kLanes : 1] = place.number;
    }

    void put_leaf(double leaf, std::uint8_t* leaves, std::size_t i) const {
        if (leaf_bytes_ == sizeof(double)) {
            std::memcpy(leaves + i * sizeof(double), &leaf, sizeof(double));
        } else {
            const auto rounded = static_cast<float>(leaf);
            std::memcpy(leaves + i * sizeof(float), &rounded, sizeof(float));
        }
    }

    template <typename Value>
    void each(const Value* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept {
        unsigned char* const ranks = scratch + 2 * kLanes;
        for (std::size_t i = 0; i < count; ++i, rows += feature_count_, scores += sums_.count()) {
            ranking_.rank(rows, ranks);
            sums_.begin(scores);
            score_(forest_, ranks, scratch, scores);
            sums_.end(scores);
        }
    }

    Ranking ranking_;
    Sums sums_;
    const Columns* columns_;  ///< while the tables are filled
    std::size_t lower_levels_;
    std::size_t leaf_bytes_;
    std::size_t feature_count_;
    Lines nodes_;
    Lines records_;
    std::vector<BlendGroup> groups_;
    BlendForest forest_{};
    BlendScore score_ = nullptr;
};

}  // namespace

std::unique_ptr<Kernel> make_blend(const Forest& forest) {
    const auto is_plain = [](const Tree& tree) {
        return tree.output != kEveryOutput && tree.linear.empty() && tree.category_sets.empty();
    };
    if (!forest.weights.empty() || !std::all_of(forest.trees.begin(), forest.trees.end(), is_plain)) {
        return nullptr;
    }
    const std::size_t levels = std::max(deepest(forest), kUpperLevels);
    if (levels > kUpperLevels + kMostLowerLevels) {
        return nullptr;
    }
    const Columns columns(forest);
    return columns.size() > 256 ? nullptr : std::make_unique<Blend>(forest, columns, levels - kUpperLevels);
}

}  // namespace foxml::trees
