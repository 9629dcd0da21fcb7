#include "trees/forest.hpp"

#include <cmath>

#include "core/errors.hpp"

namespace foxml::trees {

namespace {

bool goes_left(const Split& split, double value) noexcept {
    if (std::isnan(value) && split.missing != Missing::nan) {
        value = 0.0;
    }
    const bool is_zero = value >= -kZeroThreshold && value <= kZeroThreshold;
    if (is_zero) {
        value = 0.0;  // LightGBM drops such values from a row before it walks a tree
    }
    if ((split.missing == Missing::zero && is_zero) || (split.missing == Missing::nan && std::isnan(value))) {
        return split.default_left;
    }
    return value <= split.threshold;
}

class TreeValidator {
   public:
    TreeValidator(const Tree& tree, std::size_t feature_count, std::string place)
        : tree_(tree),
          feature_count_(feature_count),
          place_(std::move(place)),
          node_seen_(tree.splits.size(), false),
          leaf_seen_(tree.leaves.size(), false) {}

    void run() {
        if (tree_.leaves.size() != tree_.splits.size() + 1) {
            fail("has " + std::to_string(tree_.splits.size()) + " splits and " + std::to_string(tree_.leaves.size()) +
                 " leaves; a tree has one leaf more than splits");
        }
        for (const double leaf : tree_.leaves) {
            if (!std::isfinite(leaf)) {
                fail("has a leaf value that is not finite");
            }
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

    void check_split(std::int32_t node) const {
        const Split& split = tree_.splits[static_cast<std::size_t>(node)];
        const std::string name = "node " + std::to_string(node);
        if (split.feature < 0 || static_cast<std::size_t>(split.feature) >= feature_count_) {
            fail(name + " splits on feature " + std::to_string(split.feature) + "; the model has " +
                 std::to_string(feature_count_));
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

    const Tree& tree_;
    std::size_t feature_count_;
    std::string place_;
    std::vector<bool> node_seen_;
    std::vector<bool> leaf_seen_;
    std::vector<std::int32_t> pending_;
};

}  // namespace

void validate(const Forest& forest, const std::string& source) {
    if (forest.feature_count == 0 || forest.output_count == 0) {
        throw InvalidInput(source + ": a model needs at least one feature and one output");
    }
    if (forest.trees.size() % forest.output_count != 0) {
        throw InvalidInput(source + ": " + std::to_string(forest.trees.size()) + " trees cannot be shared by " +
                           std::to_string(forest.output_count) + " outputs");
    }
    for (std::size_t t = 0; t < forest.trees.size(); ++t) {
        TreeValidator(forest.trees[t], forest.feature_count, source + ": tree " + std::to_string(t)).run();
    }
}

template <typename Value>
double reference_leaf(const Tree& tree, const Value* row) noexcept {
    std::int32_t at = tree.splits.empty() ? ~0 : 0;
    while (at >= 0) {
        const Split& split = tree.splits[static_cast<std::size_t>(at)];
        at = goes_left(split, static_cast<double>(row[split.feature])) ? split.left : split.right;
    }
    return tree.leaves[static_cast<std::size_t>(~at)];
}

template <typename Value>
void reference_predict(const Forest& forest, const Value* row, double* scores) noexcept {
    for (std::size_t k = 0; k < forest.output_count; ++k) {
        scores[k] = 0.0;
    }
    for (std::size_t t = 0; t < forest.trees.size(); ++t) {
        scores[t % forest.output_count] += reference_leaf(forest.trees[t], row);
    }
}

template double reference_leaf<float>(const Tree&, const float*) noexcept;
template double reference_leaf<double>(const Tree&, const double*) noexcept;
template void reference_predict<float>(const Forest&, const float*, double*) noexcept;
template void reference_predict<double>(const Forest&, const double*, double*) noexcept;

}  // namespace foxml::trees
