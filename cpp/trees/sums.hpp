#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "trees/forest.hpp"

namespace foxml::trees {

/// What the additions of a forest's leaves need to know beside the leaves.
class Sums {
   public:
    explicit Sums(const Forest& forest)
        : margin_(forest.base_margin), divisor_(forest.raw_is_average ? forest.divisor : 1.0) {
        for (const Tree& tree : forest.trees) {
            outputs_.push_back(tree.output);
        }
    }

    [[nodiscard]] std::size_t count() const noexcept { return margin_.size(); }
    [[nodiscard]] const std::int32_t* outputs() const noexcept { return outputs_.data(); }

    void begin(double* scores) const noexcept { std::copy(margin_.begin(), margin_.end(), scores); }
    void end(double* scores) const noexcept {
        if (divisor_ != 1.0) {
            std::for_each(scores, scores + count(), [this](double& score) { score /= divisor_; });
        }
    }

   private:
    std::vector<std::int32_t> outputs_;  ///< of each tree
    std::vector<double> margin_;
    double divisor_;
};

}  // namespace foxml::trees
