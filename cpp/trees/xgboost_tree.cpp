#include "trees/xgboost_tree.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/errors.hpp"

namespace foxml::trees {

namespace {

// XGBoost takes greater numbers for no category.
constexpr std::int64_t kCategoryEnd = std::int64_t{1} << 24;

class TreeConverter {
   public:
    TreeConverter(const XgboostTree& tree, std::size_t output_count, const std::string& place)
        : from_(tree), outputs_(output_count), place_(place), nodes_(tree.left.size()) {}

    Tree convert() {
        check_sizes();
        read_sets();
        tree_.output = from_.leaf_width > 1 ? kEveryOutput : 0;
        seen_.assign(nodes_, false);
        (void)take(0);
        // Breadth first; a split's place is known when it is taken, its children's when the split is its turn.
        for (std::size_t i = 0; i < queue_.size(); ++i) {
            const std::size_t node = queue_[i];
            const std::int32_t left = take(from_.left[node]);
            const std::int32_t right = take(from_.right[node]);
            tree_.splits.push_back(split(node, left, right));
        }
        const auto reached = static_cast<std::int64_t>(tree_.splits.size()) + leaves_;
        if (reached + from_.deleted_count != from_.node_count) {
            fail("has " + std::to_string(from_.node_count - from_.deleted_count) + " nodes of which the root reaches " +
                 std::to_string(reached));
        }
        return std::move(tree_);
    }

   private:
    [[noreturn]] void fail(const std::string& what) const { throw InvalidInput(place_ + " " + what); }

    void check_sizes() const {
        const auto is_whole = [this](std::size_t size) { return size == nodes_; };
        if (nodes_ == 0 || static_cast<std::uint64_t>(from_.node_count) != nodes_ || !is_whole(from_.right.size()) ||
            !is_whole(from_.feature.size()) || !is_whole(from_.default_left.size()) ||
            !is_whole(from_.condition.size()) || (!from_.split_type.empty() && !is_whole(from_.split_type.size()))) {
            fail("has arrays of different lengths; num_nodes is " + std::to_string(from_.node_count));
        }
        const auto width = static_cast<std::size_t>(from_.leaf_width);
        if (width > 1 && width != outputs_) {
            fail("has leaves of " + std::to_string(width) + " values; the model has " + std::to_string(outputs_) +
                 " outputs");
        }
        if (width > 1 && from_.leaf_weights.empty() && from_.base_weights.size() / width != nodes_) {
            fail("has no leaf vectors");
        }
    }

    void read_sets() {
        const std::size_t count = from_.category_nodes.size();
        if (from_.category_starts.size() != count || from_.category_sizes.size() != count) {
            fail("has arrays of category sets of different lengths");
        }
        set_of_.assign(count > 0 ? nodes_ : 0, -1);
        std::uint64_t next = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto node = static_cast<std::uint64_t>(from_.category_nodes[i]);
            const auto size = static_cast<std::uint64_t>(from_.category_sizes[i]);
            if (node >= nodes_ || set_of_[node] != -1) {
                fail("has a category set for node " + std::to_string(from_.category_nodes[i]) +
                     ", which does not exist or has one");
            }
            // Sets lie one behind the other: none can be read twice.
            if (static_cast<std::uint64_t>(from_.category_starts[i]) != next || size > from_.categories.size() - next) {
                fail("has a category set, number " + std::to_string(i) + ", that is not inside of its categories");
            }
            set_of_[node] = static_cast<std::int32_t>(i);
            tree_.category_sets.push_back(set(next, size));
            next += size;
        }
    }

    CategorySet set(std::uint64_t start, std::uint64_t size) const {
        CategorySet set{{}, false, false};
        for (std::uint64_t i = start; i < start + size; ++i) {
            const std::int64_t category = from_.categories[i];
            if (category < 0 || category >= kCategoryEnd) {
                fail("has category " + std::to_string(category) + "; expected 0 to 16777215");
            }
            set.members.push_back(static_cast<std::int32_t>(category));
        }
        std::sort(set.members.begin(), set.members.end());
        set.members.erase(std::unique(set.members.begin(), set.members.end()), set.members.end());
        return set;
    }

    /// The child in the common form: the next free split, or the next leaf.
    std::int32_t take(std::int64_t child) {
        if (child < 0 || static_cast<std::uint64_t>(child) >= nodes_) {
            fail("points to node " + std::to_string(child) + ", which does not exist");
        }
        const auto node = static_cast<std::size_t>(child);
        if (seen_[node]) {
            fail("reaches node " + std::to_string(child) + " twice");
        }
        seen_[node] = true;
        if (from_.left[node] != -1) {
            queue_.push_back(node);
            return static_cast<std::int32_t>(queue_.size()) - 1;
        }
        add_leaf(node);
        ++leaves_;
        return ~static_cast<std::int32_t>(leaves_ - 1);
    }

    void add_leaf(std::size_t node) {
        if (from_.leaf_width <= 1) {
            tree_.leaves.push_back(static_cast<double>(from_.condition[node]));
            return;
        }
        const bool is_listed = !from_.leaf_weights.empty();
        const std::vector<float>& values = is_listed ? from_.leaf_weights : from_.base_weights;
        const auto index = is_listed ? static_cast<std::uint64_t>(from_.right[node]) : node;
        if (index >= values.size() / outputs_) {
            fail("node " + std::to_string(node) + " names a leaf vector that does not exist");
        }
        for (std::size_t k = 0; k < outputs_; ++k) {
            tree_.leaves.push_back(static_cast<double>(values[index * outputs_ + k]));
        }
    }

    Split split(std::size_t node, std::int32_t left, std::int32_t right) const {
        const std::int64_t feature = from_.feature[node];
        if (feature < 0 || feature > std::numeric_limits<std::int32_t>::max()) {
            fail("node " + std::to_string(node) + " uses feature " + std::to_string(feature));
        }
        Split split{0.0, static_cast<std::int32_t>(feature), left, right, Missing::nan, from_.default_left[node] != 0};
        const bool is_categorical = !from_.split_type.empty() && from_.split_type[node] != 0;
        if (is_categorical) {
            split.category_set = set_of_.empty() ? -1 : set_of_[node];
            if (split.category_set < 0 || from_.split_type[node] != 1) {
                fail("node " + std::to_string(node) + " has no category set, or a split of an unknown type");
            }
            return split;
        }
        const float threshold = from_.condition[node];
        if (!(threshold > -std::numeric_limits<float>::infinity())) {
            fail("node " + std::to_string(node) + " has a threshold that is not a number above -infinity");
        }
        split.threshold = static_cast<double>(std::nextafter(threshold, -std::numeric_limits<float>::infinity()));
        return split;
    }

    const XgboostTree& from_;
    std::size_t outputs_;
    const std::string& place_;
    std::size_t nodes_;
    Tree tree_;
    std::vector<std::int32_t> set_of_;
    std::vector<bool> seen_;
    std::vector<std::size_t> queue_;
    std::int64_t leaves_ = 0;
};

}  // namespace

Tree xgboost_tree(const XgboostTree& tree, std::size_t output_count, const std::string& place) {
    return TreeConverter(tree, output_count, place).convert();
}

}  // namespace foxml::trees
