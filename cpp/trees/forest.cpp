#include "trees/forest.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/errors.hpp"

namespace foxml::trees {

namespace {

bool all_finite(const std::vector<double>& values) noexcept {
    return std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
}

class TreeValidator {
   public:
    TreeValidator(const Forest& forest, const Tree& tree, std::string place)
        : forest_(forest),
          tree_(tree),
          place_(std::move(place)),
          node_seen_(tree.splits.size(), false),
          leaf_seen_(tree.leaf_count(), false) {}

    void run() {
        check_leaves();
        for (std::size_t i = 0; i < tree_.category_sets.size(); ++i) {
            check_set(i);
        }
        visit(tree_.splits.empty() ? ~0 : 0);
        while (!pending_.empty()) {
            const std::int32_t node = pending_.back();
            pending_.pop_back();
            check_split(node);
            visit(tree_.splits[static_cast<std::size_t>(node)].left);
            visit(tree_.splits[static_cast<std::size_t>(node)].right);
        }
        // Leaves and nodes are as many as a tree needs and none was reached twice, so all were reached.
    }

   private:
    [[noreturn]] void fail(const std::string& what) const { throw InvalidInput(place_ + " " + what); }

    void check_leaves() const {
        const bool is_vector = tree_.output == kEveryOutput;
        if (!is_vector && (tree_.output < 0 || static_cast<std::size_t>(tree_.output) >= forest_.output_count)) {
            fail("adds to output " + std::to_string(tree_.output) + "; the model has " +
                 std::to_string(forest_.output_count));
        }
        const std::size_t width = is_vector ? forest_.output_count : 1;
        if (tree_.leaves.size() % width != 0 || tree_.leaves.size() / width != tree_.leaf_count()) {
            fail("has " + std::to_string(tree_.splits.size()) + " splits and " + std::to_string(tree_.leaves.size()) +
                 " leaf values; a tree has one leaf more than splits");
        }
        if (!all_finite(tree_.leaves)) {
            fail("has a leaf value that is not finite");
        }
        if (tree_.linear.empty()) {
            return;
        }
        if (is_vector || tree_.linear.size() != tree_.leaf_count()) {
            fail("has linear terms for " + std::to_string(tree_.linear.size()) + " leaves of " +
                 std::to_string(tree_.leaf_count()));
        }
        for (const LinearLeaf& leaf : tree_.linear) {
            check_linear(leaf);
        }
    }

    void check_linear(const LinearLeaf& leaf) const {
        bool is_finite = std::isfinite(leaf.constant);
        for (const LinearLeaf::Term& term : leaf.terms) {
            is_finite = is_finite && std::isfinite(term.coefficient);
            check_feature(term.feature, "a linear leaf");
        }
        if (!is_finite) {
            fail("has a linear leaf that is not finite");
        }
    }

    void check_set(std::size_t index) const {
        const std::vector<std::int32_t>& members = tree_.category_sets[index].members;
        const bool ascends = std::adjacent_find(members.begin(), members.end(), std::greater_equal{}) == members.end();
        if (!ascends || (!members.empty() && members.front() < 0)) {
            fail("has a category set, number " + std::to_string(index) + ", that does not ascend from 0");
        }
    }

    void check_feature(std::int32_t feature, const std::string& where) const {
        if (feature < 0 || static_cast<std::size_t>(feature) >= forest_.feature_count) {
            fail(where + " uses feature " + std::to_string(feature) + "; the model has " +
                 std::to_string(forest_.feature_count));
        }
    }

    void check_split(std::int32_t node) const {
        const Split& split = tree_.splits[static_cast<std::size_t>(node)];
        const std::string name = "node " + std::to_string(node);
        check_feature(split.feature, name);
        if (split.category_set < -1 || split.category_set >= static_cast<std::int32_t>(tree_.category_sets.size())) {
            fail(name + " names category set " + std::to_string(split.category_set) + "; the tree has " +
                 std::to_string(tree_.category_sets.size()));
        }
        // LightGBM writes inf where a split only parts missing values from the rest.
        if (std::isnan(split.threshold)) {
            fail(name + " has a threshold that is not a number");
        }
    }

    void visit(std::int32_t child) {
        const bool is_leaf = child < 0;
        std::vector<bool>& seen = is_leaf ? leaf_seen_ : node_seen_;
        const auto index = static_cast<std::size_t>(is_leaf ? ~child : child);
        const std::string name = (is_leaf ? "leaf " : "node ") + std::to_string(index);
        if (index >= seen.size()) {
            fail("points to " + name + ", which does not exist");
        }
        if (seen[index]) {
            fail("reaches " + name + " twice");
        }
        seen[index] = true;
        if (!is_leaf) {
            pending_.push_back(child);
        }
    }

    const Forest& forest_;
    const Tree& tree_;
    std::string place_;
    std::vector<bool> node_seen_;
    std::vector<bool> leaf_seen_;
    std::vector<std::int32_t> pending_;
};

void check_shape(const Forest& forest, const std::string& source) {
    const auto fail = [&](const std::string& what) { throw InvalidInput(source + ": " + what); };
    if (forest.feature_count == 0 || forest.output_count == 0) {
        fail("a model needs at least one feature and one output");
    }
    if (forest.feature_count > kFeaturesMax || forest.output_count > kOutputsMax) {
        fail("expected at most " + std::to_string(kFeaturesMax) + " features and " + std::to_string(kOutputsMax) +
             " outputs, found " + std::to_string(forest.feature_count) + " and " + std::to_string(forest.output_count));
    }
    if (!forest.feature_names.empty() && forest.feature_names.size() != forest.feature_count) {
        fail("expected " + std::to_string(forest.feature_count) + " feature names, found " +
             std::to_string(forest.feature_names.size()));
    }
    if (forest.base_margin.size() != forest.output_count) {
        fail("expected a base margin for each of " + std::to_string(forest.output_count) + " outputs, found " +
             std::to_string(forest.base_margin.size()));
    }
    if (!forest.weights.empty() && forest.weights.size() / forest.output_count != forest.feature_count) {
        fail("expected a weight for each feature and output, found " + std::to_string(forest.weights.size()));
    }
    if (!all_finite(forest.base_margin) || !all_finite(forest.weights)) {
        fail("has a base margin or weight that is not finite");
    }
    if (!(forest.divisor > 0.0) || !std::isfinite(forest.divisor)) {
        fail("has no trees to average");
    }
}

}  // namespace

void validate(const Forest& forest, const std::string& source) {
    check_shape(forest, source);
    for (std::size_t t = 0; t < forest.trees.size(); ++t) {
        TreeValidator(forest, forest.trees[t], source + ": tree " + std::to_string(t)).run();
    }
}

}  // namespace foxml::trees
