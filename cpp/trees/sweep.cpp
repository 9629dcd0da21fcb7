#include "trees/sweep.hpp"

#include <algorithm>
#include <vector>

#include "trees/category_words.hpp"
#include "trees/columns.hpp"
#include "trees/leaf_order.hpp"
#include "trees/lines.hpp"
#include "trees/ranking.hpp"
#include "trees/sums.hpp"

namespace foxml::trees {

namespace {

constexpr std::size_t kLanes = 64;
constexpr std::size_t kStepBytes = 3 * kLanes;
constexpr std::size_t kMostLeaves = 256;
constexpr std::size_t kMostColumns = 512;
constexpr std::size_t kMostCategoryBytes = std::size_t{32} << 20;

std::size_t most_leaves(const Forest& forest) noexcept {
    std::size_t most = 1;
    for (const Tree& tree : forest.trees) {
        most = std::max(most, tree.leaf_count());
    }
    return most;
}

class Sweep final : public Kernel {
   public:
    Sweep(const Forest& forest, const Columns& columns)
        : ranking_(forest, columns),
          sums_(forest),
          orders_(forest.trees.begin(), forest.trees.end()),
          sets_(forest, orders_, most_leaves(forest) - 1),
          feature_count_(forest.feature_count),
          stride_(most_leaves(forest)) {
        const bool is_float = forest.arithmetic == Arithmetic::float32;
        if (is_float) {
            fill_leaves<float>(forest);
        } else {
            fill_leaves<double>(forest);
        }
        for (std::size_t first = 0; first < forest.trees.size(); first += 2 * kLanes) {
            add_group(forest, columns, first, is_float ? sizeof(float) : sizeof(double));
        }
        for (SweepGroup& group : groups_) {
            group.steps = steps_.data() + reinterpret_cast<std::uintptr_t>(group.steps);
        }
        orders_.clear();
        forest_ = {groups_.data(), groups_.size(), stride_, sets_.word_count(), sets_.size(), sets_.distances()};
        score_ = sweep_avx512({columns.size(), is_float, sets_.size() > 0, sums_.count() > 1});
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "sweep"; }
    [[nodiscard]] std::size_t bytes() const noexcept override {
        return ranking_.bytes() + steps_.size() + leaves_.size() + sets_.bytes();
    }
    [[nodiscard]] std::size_t scratch_bytes() const noexcept override {
        return 4 * kLanes + 2 * whole_lines(sets_.word_count() * sizeof(std::uint64_t)) +
               whole_lines(sets_.size() * sizeof(void*)) + ranking_.scratch_bytes();
    }
    void predict(const float* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }
    void predict(const double* rows, std::size_t count, unsigned char* scratch,
                 double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }

   private:
    template <typename Leaf>
    void fill_leaves(const Forest& forest) {
        leaves_.grow(forest.trees.size() * stride_ * sizeof(Leaf));
        auto* leaves = reinterpret_cast<Leaf*>(leaves_.data());
        for (std::size_t t = 0; t < forest.trees.size(); ++t, leaves += stride_) {
            for (std::size_t i = 0; i < orders_[t].leaf_at.size(); ++i) {
                leaves[i] = static_cast<Leaf>(forest.trees[t].leaves[orders_[t].leaf_at[i]]);
            }
        }
    }

    void add_group(const Forest& forest, const Columns& columns, std::size_t first, std::size_t leaf_bytes) {
        const std::size_t last = std::min(first + 2 * kLanes, forest.trees.size());
        const std::size_t registers = (last - first + kLanes - 1) / kLanes;
        std::size_t steps = 0;
        for (std::size_t t = first; t < last; ++t) {
            steps = std::max(steps, forest.trees[t].splits.size());
        }
        const std::size_t begin = steps_.grow(steps * registers * kStepBytes);
        for (std::size_t i = 0; i < steps * registers; ++i) {
            // Where a tree has no node, no rank is above the threshold's number of 255.
            std::fill_n(steps_.data() + begin + i * kStepBytes + kLanes, kLanes, 0xff);
        }
        for (std::size_t t = first; t < last; ++t) {
            std::uint8_t* const lane = steps_.data() + begin + (t - first) / kLanes * kStepBytes + (t - first) % kLanes;
            add_tree(forest.trees[t], columns, orders_[t], lane, registers * kStepBytes);
        }
        // Until all groups are laid out, only where the steps begin is known.
        groups_.push_back({reinterpret_cast<const std::uint8_t*>(begin), static_cast<std::uint32_t>(steps),
                           static_cast<std::uint32_t>(last - first), leaves_.data() + first * stride_ * leaf_bytes,
                           sums_.outputs() + first});
    }

    static void add_tree(const Tree& tree, const Columns& columns, const LeafOrder& order, std::uint8_t* at,
                         std::size_t step_bytes) {
        for (std::size_t i = 0; i < order.split_at.size(); ++i, at += step_bytes) {
            const Split& split = tree.splits[order.split_at[i]];
            at[2 * kLanes] = static_cast<std::uint8_t>(order.first_leaf[i]);
            if (split.category_set < 0) {
                const Columns::Place place = columns.place(split);
                at[0] = static_cast<std::uint8_t>(place.column);
                at[kLanes] = place.number;
                at[2 * kLanes] = static_cast<std::uint8_t>(at[2 * kLanes] | (place.column >= 256 ? 0x80 : 0));
            }
        }
    }

    template <typename Value>
    void each(const Value* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept {
        SweepRow row{};
        row.indices = scratch;
        row.words = reinterpret_cast<std::uint64_t*>(scratch + 4 * kLanes);
        unsigned char* const sets = scratch + 4 * kLanes + 2 * whole_lines(sets_.word_count() * sizeof(std::uint64_t));
        row.sets = reinterpret_cast<const std::uint64_t**>(sets);
        unsigned char* const ranks = sets + whole_lines(sets_.size() * sizeof(void*));
        row.ranks = ranks;
        for (std::size_t i = 0; i < count; ++i, rows += feature_count_, scores += sums_.count()) {
            ranking_.rank(rows, ranks);
            sets_.find(rows, row.sets);
            sums_.begin(scores);
            score_(forest_, row, scores);
            sums_.end(scores);
        }
    }

    Ranking ranking_;
    Sums sums_;
    std::vector<LeafOrder> orders_;
    CategoryWords sets_;
    Lines steps_;
    Lines leaves_;
    std::vector<SweepGroup> groups_;
    std::size_t feature_count_;
    std::size_t stride_;
    SweepForest forest_{};
    SweepScore score_ = nullptr;
};

}  // namespace

std::unique_ptr<Kernel> make_sweep(const Forest& forest) {
    const std::size_t leaves = most_leaves(forest);
    const auto is_plain = [](const Tree& tree) { return tree.output != kEveryOutput && tree.linear.empty(); };
    if (!forest.weights.empty() || leaves > kMostLeaves || category_bytes(forest, leaves - 1) > kMostCategoryBytes ||
        !std::all_of(forest.trees.begin(), forest.trees.end(), is_plain)) {
        return nullptr;
    }
    const Columns columns(forest);
    // Of more than 256 columns, the highest bit of the number takes one of the first leaf's.
    if (columns.size() > kMostColumns || (columns.size() > 256 && leaves > 128)) {
        return nullptr;
    }
    return std::make_unique<Sweep>(forest, columns);
}

}  // namespace foxml::trees
