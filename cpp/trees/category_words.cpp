#include "trees/category_words.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace foxml::trees {

namespace {

constexpr std::size_t kLanes = 64;

std::size_t words_of(std::size_t step_count) noexcept { return (step_count + 7) / 8 * 8; }

template <typename Visit>
void for_each_set(const Forest& forest, Visit visit) {
    for (const Tree& tree : forest.trees) {
        for (const Split& split : tree.splits) {
            if (split.category_set >= 0) {
                visit(split, tree.category_sets[static_cast<std::size_t>(split.category_set)]);
            }
        }
    }
}

std::size_t categories_of(const CategorySet& set) noexcept {
    return set.members.empty() ? 0 : static_cast<std::size_t>(set.members.back()) + 1;
}

}  // namespace

std::size_t category_bytes(const Forest& forest, std::size_t step_count) {
    std::map<std::pair<std::int32_t, bool>, std::size_t> counts;
    for_each_set(forest, [&](const Split& split, const CategorySet& set) {
        std::size_t& count = counts[{split.feature, set.negative_fractions_are_zero}];
        count = std::max(count, categories_of(set));
    });
    std::size_t rows = 0;
    for (const auto& [key, count] : counts) {
        rows += count + 2;
    }
    return rows * words_of(step_count) * sizeof(std::uint64_t) * ((forest.trees.size() + kLanes - 1) / kLanes);
}

CategoryWords::CategoryWords(const Forest& forest, const std::vector<LeafOrder>& orders, std::size_t step_count)
    : word_count_(words_of(step_count)), rounds_(forest.inputs == Inputs::rounded_to_float) {
    for_each_set(forest, [this](const Split& split, const CategorySet& set) {
        Feature& feature = feature_of(split, set);
        feature.category_count = std::max(feature.category_count, categories_of(set));
    });
    const std::size_t groups = (forest.trees.size() + kLanes - 1) / kLanes;
    for (Feature& feature : features_) {
        distances_.push_back((feature.category_count + 2) * word_count_);
        feature.words.grow(groups * distances_.back() * sizeof(std::uint64_t));
    }
    for (std::size_t t = 0; t < forest.trees.size(); ++t) {
        const Tree& tree = forest.trees[t];
        for (std::size_t step = 0; step < orders[t].split_at.size(); ++step) {
            const Split& split = tree.splits[orders[t].split_at[step]];
            if (split.category_set >= 0) {
                fill(tree, split, t, step);
            }
        }
    }
}

CategoryWords::Feature& CategoryWords::feature_of(const Split& split, const CategorySet& set) {
    const auto is_same = [&](const Feature& feature) {
        return feature.number == split.feature &&
               feature.negative_fractions_are_zero == set.negative_fractions_are_zero;
    };
    const auto found = std::find_if(features_.begin(), features_.end(), is_same);
    if (found != features_.end()) {
        return *found;
    }
    return features_.emplace_back(Feature{split.feature, set.negative_fractions_are_zero, 0, {}});
}

void CategoryWords::fill(const Tree& tree, const Split& split, std::size_t tree_number, std::size_t step) {
    const CategorySet& set = tree.category_sets[static_cast<std::size_t>(split.category_set)];
    Feature& feature = feature_of(split, set);
    auto* const words = reinterpret_cast<std::uint64_t*>(feature.words.data()) +
                        tree_number / kLanes * (feature.category_count + 2) * word_count_ + step;
    const std::uint64_t bit = std::uint64_t{1} << tree_number % kLanes;
    for (std::size_t category = 0; category <= feature.category_count; ++category) {
        const bool is_member =
            category < feature.category_count &&
            std::binary_search(set.members.begin(), set.members.end(), static_cast<std::int32_t>(category));
        words[category * word_count_] |= is_member == set.members_left ? 0 : bit;
    }
    words[(feature.category_count + 1) * word_count_] |= split.default_left ? 0 : bit;
}

std::size_t CategoryWords::bytes() const noexcept {
    std::size_t bytes = 0;
    for (const Feature& feature : features_) {
        bytes += feature.words.size();
    }
    return bytes;
}

template <typename Value>
void CategoryWords::find(const Value* row, const std::uint64_t** words) const noexcept {
    for (std::size_t i = 0; i < features_.size(); ++i) {
        const Feature& feature = features_[i];
        const Value given = row[feature.number];
        const double value = rounds_ ? static_cast<double>(static_cast<float>(given)) : static_cast<double>(given);
        std::size_t at = feature.category_count;
        if (std::isnan(value)) {
            ++at;
        } else if ((feature.negative_fractions_are_zero ? value > -1.0 : value >= 0.0) &&
                   value < static_cast<double>(feature.category_count)) {
            at = static_cast<std::size_t>(static_cast<std::int64_t>(value));
        }
        words[i] = feature.words.as<std::uint64_t>() + at * word_count_;
    }
}

template void CategoryWords::find<float>(const float*, const std::uint64_t**) const noexcept;
template void CategoryWords::find<double>(const double*, const std::uint64_t**) const noexcept;

}  // namespace foxml::trees
