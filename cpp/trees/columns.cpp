#include "trees/columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace foxml::trees {

Columns::Columns(const Forest& forest) : inputs_(forest.inputs) {
    for (const Tree& tree : forest.trees) {
        for (const Split& split : tree.splits) {
            if (split.category_set < 0) {
                families_[key_of(split)].thresholds.push_back(normal(split.threshold));
            }
        }
    }
    std::int32_t last = -1;
    for (auto& [key, family] : families_) {
        std::vector<double>& all = family.thresholds;
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        if (std::get<0>(key) != last) {
            last = std::get<0>(key);
            add(key, family, 0);
        }
    }
    first_count_ = columns_.size();
    for (auto& [key, family] : families_) {
        for (std::size_t chunk = family.columns.size(); chunk * kMostThresholds < family.thresholds.size(); ++chunk) {
            add(key, family, chunk);
        }
    }
}

Columns::Key Columns::key_of(const Split& split) noexcept {
    // Without a missing direction the default side means nothing: one column serves both.
    return {split.feature, split.missing, split.missing != Missing::none && split.default_left};
}

double Columns::normal(double threshold) const noexcept {
    // Values that count as 0.0 need no other treatment where no threshold parts them.
    if (inputs_ == Inputs::small_to_zero && std::abs(threshold) <= kZeroThreshold) {
        constexpr double kInfinity = std::numeric_limits<double>::infinity();
        return threshold >= 0.0 ? kZeroThreshold : std::nextafter(-kZeroThreshold, -kInfinity);
    }
    return threshold;
}

void Columns::add(const Key& key, Family& family, std::size_t chunk) {
    const auto [feature, missing, default_left] = key;
    const auto first = family.thresholds.begin() + static_cast<std::ptrdiff_t>(chunk * kMostThresholds);
    const auto count = std::min<std::ptrdiff_t>(family.thresholds.end() - first, kMostThresholds);
    family.columns.push_back(static_cast<std::uint32_t>(columns_.size()));
    columns_.push_back({feature, missing, default_left, {first, first + count}});
}

Columns::Place Columns::place(const Split& split) const {
    const Family& family = families_.at(key_of(split));
    const auto found = std::lower_bound(family.thresholds.begin(), family.thresholds.end(), normal(split.threshold));
    const auto number = static_cast<std::size_t>(found - family.thresholds.begin());
    return {family.columns[number / kMostThresholds], static_cast<std::uint8_t>(number % kMostThresholds)};
}

}  // namespace foxml::trees
