#include "trees/leaf_order.hpp"

#include <algorithm>
#include <utility>

namespace foxml::trees {

LeafOrder::LeafOrder(const Tree& tree) {
    // A node stands on the stack twice: to go down its left side, and to stand between its sides.
    struct Pending {
        std::int32_t child;
        bool left_is_done;
        std::uint32_t first;
    };
    std::vector<Pending> stack{{tree.splits.empty() ? ~0 : 0, false, 0}};
    while (!stack.empty()) {
        const Pending at = stack.back();
        stack.pop_back();
        if (at.child < 0) {
            leaf_at.push_back(static_cast<std::uint32_t>(~at.child));
            continue;
        }
        const Split& split = tree.splits[static_cast<std::size_t>(at.child)];
        if (at.left_is_done) {
            split_at.push_back(static_cast<std::uint32_t>(at.child));
            first_leaf.push_back(at.first);
            stack.push_back({split.right, false, 0});
        } else {
            stack.push_back({at.child, true, static_cast<std::uint32_t>(leaf_at.size())});
            stack.push_back({split.left, false, 0});
        }
    }
}

std::size_t depth_of(const Tree& tree) {
    std::size_t deepest = 0;
    std::vector<std::pair<std::int32_t, std::size_t>> stack{{tree.splits.empty() ? ~0 : 0, 0}};
    while (!stack.empty()) {
        const auto [child, depth] = stack.back();
        stack.pop_back();
        deepest = std::max(deepest, depth);
        if (child >= 0) {
            const Split& split = tree.splits[static_cast<std::size_t>(child)];
            stack.emplace_back(split.left, depth + 1);
            stack.emplace_back(split.right, depth + 1);
        }
    }
    return deepest;
}

}  // namespace foxml::trees
