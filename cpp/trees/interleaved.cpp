#include "trees/interleaved.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "trees/reference.hpp"

namespace foxml::trees {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct AddInDouble {
    static double of(double sum, double leaf) noexcept { return sum + leaf; }
};

struct AddInFloat {
    static double of(double sum, double leaf) noexcept {
        return static_cast<double>(static_cast<float>(sum) + static_cast<float>(leaf));
    }
};

}  // namespace

bool InterleavedPredictor::supports(const Forest& forest) noexcept {
    const auto is_plain = [](const Tree& tree) {
        return tree.output != kEveryOutput && tree.category_sets.empty() && tree.linear.empty();
    };
    return forest.weights.empty() && std::all_of(forest.trees.begin(), forest.trees.end(), is_plain);
}

InterleavedPredictor::InterleavedPredictor(const Forest& forest)
    : base_margin_(forest.base_margin),
      inputs_(forest.inputs),
      arithmetic_(forest.arithmetic),
      divisor_(forest.raw_is_average ? forest.divisor : 1.0) {
    if (!supports(forest)) {
        plain_ = std::make_shared<const Forest>(forest);
        return;
    }
    for (const Tree& tree : forest.trees) {
        outputs_.push_back(tree.output);
    }
    for (std::size_t first = 0; first < forest.trees.size(); first += kLanes) {
        add_group(forest, first);
    }
}

void InterleavedPredictor::add_group(const Forest& forest, std::size_t first) {
    Group group{};
    const std::size_t last = std::min(first + kLanes, forest.trees.size());
    group.trees = static_cast<std::int32_t>(last - first);
    for (std::size_t t = first; t < last; ++t) {
        group.roots[t - first] = add_tree(forest.trees[t], group.depth);
    }
    for (std::size_t lane = last - first; lane < kLanes; ++lane) {
        group.roots[lane] = group.roots[0];  // walked for nothing, never added
    }
    groups_.push_back(group);
}

std::int32_t InterleavedPredictor::add_tree(const Tree& tree, std::int32_t& depth) {
    struct Pending {
        std::int32_t child;
        std::int32_t slot;
        std::int32_t depth;
    };
    const auto root = static_cast<std::int32_t>(nodes_.size());
    const auto grow = [this](std::size_t by) {
        nodes_.resize(nodes_.size() + by);
        leaf_values_.resize(nodes_.size());
    };
    grow(1);
    // Breadth first: the levels that every row passes lie together.
    std::vector<Pending> queue{{tree.splits.empty() ? ~0 : 0, root, 0}};
    for (std::size_t i = 0; i < queue.size(); ++i) {
        const Pending at = queue[i];
        const auto slot = static_cast<std::size_t>(at.slot);
        if (at.child < 0) {
            nodes_[slot] = Node{kInfinity, at.slot, 0};  // column 0 is the constant 0.0: stays here
            leaf_values_[slot] = tree.leaves[static_cast<std::size_t>(~at.child)];
            depth = std::max(depth, at.depth);
            continue;
        }
        const Split& split = tree.splits[static_cast<std::size_t>(at.child)];
        const auto left = static_cast<std::int32_t>(nodes_.size());
        grow(2);
        nodes_[slot] = Node{split.threshold, left, column_of(split)};
        queue.push_back({split.left, left, at.depth + 1});
        queue.push_back({split.right, left + 1, at.depth + 1});
    }
    return root;
}

std::int32_t InterleavedPredictor::column_of(const Split& split) {
    // Without a missing direction the default side means nothing: one column serves both.
    const Column column{split.feature, split.missing, split.missing != Missing::none && split.default_left};
    const auto found = std::find(columns_.begin(), columns_.end(), column);
    if (found == columns_.end()) {
        columns_.push_back(column);
        return static_cast<std::int32_t>(columns_.size());
    }
    return static_cast<std::int32_t>(found - columns_.begin()) + 1;
}

template <typename Value>
void InterleavedPredictor::fill_columns(const Value* row, double* columns) const noexcept {
    columns[0] = 0.0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const Column& column = columns_[i];
        double value = inputs_ == Inputs::rounded_to_float
                           ? static_cast<double>(static_cast<float>(row[column.feature]))
                           : static_cast<double>(row[column.feature]);
        const bool is_nan = std::isnan(value);
        const bool is_zero = value >= -kZeroThreshold && value <= kZeroThreshold;
        value = is_zero && inputs_ == Inputs::small_to_zero ? 0.0 : value;
        if (column.missing == Missing::none) {
            value = is_nan ? 0.0 : value;
        } else if (is_nan || (column.missing == Missing::zero && is_zero)) {
            value = column.default_left ? -kInfinity : kNaN;
        }
        columns[i + 1] = value;
    }
}

template <typename Value>
void InterleavedPredictor::predict(const Value* row, double* scratch, double* scores) const noexcept {
    if (plain_ != nullptr) {
        reference_predict(*plain_, row, scores);
    } else if (arithmetic_ == Arithmetic::float64) {
        walk<AddInDouble>(row, scratch, scores);
    } else {
        walk<AddInFloat>(row, scratch, scores);
    }
}

template <typename Add, typename Value>
void InterleavedPredictor::walk(const Value* row, double* scratch, double* scores) const noexcept {
    fill_columns(row, scratch);
    std::copy(base_margin_.begin(), base_margin_.end(), scores);
    const Node* const nodes = nodes_.data();
    std::size_t tree = 0;
    for (const Group& group : groups_) {
        std::int32_t at[kLanes];
        std::copy_n(group.roots, kLanes, at);
        for (std::int32_t level = 0; level < group.depth; ++level) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                const Node& node = nodes[at[lane]];
                at[lane] = node.left + static_cast<std::int32_t>(!(scratch[node.column] <= node.threshold));
            }
        }
        for (std::int32_t lane = 0; lane < group.trees; ++lane, ++tree) {
            double& score = scores[outputs_[tree]];
            score = Add::of(score, leaf_values_[static_cast<std::size_t>(at[lane])]);
        }
    }
    if (divisor_ != 1.0) {
        std::for_each(scores, scores + base_margin_.size(), [this](double& score) { score /= divisor_; });
    }
}

template void InterleavedPredictor::predict<float>(const float*, double*, double*) const noexcept;
template void InterleavedPredictor::predict<double>(const double*, double*, double*) const noexcept;

}  // namespace foxml::trees
