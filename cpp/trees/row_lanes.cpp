#include "trees/row_lanes.hpp"

#include <algorithm>
#include <vector>

#include "trees/columns.hpp"
#include "trees/leaf_order.hpp"
#include "trees/lines.hpp"
#include "trees/ranking.hpp"
#include "trees/sums.hpp"

namespace foxml::trees {

namespace {

constexpr std::size_t kMostLeaves = 256;
constexpr std::size_t kMostColumns = 65536;

constexpr std::uint32_t spread(std::uint32_t byte) noexcept { return byte * 0x01010101U; }

class RowLanes final : public Kernel {
   public:
    RowLanes(const Forest& forest, const Columns& columns)
        : ranking_(forest, columns),
          sums_(forest),
          feature_count_(forest.feature_count),
          column_count_((columns.size() + 15) / 16 * 16),
          is_float_(forest.arithmetic == Arithmetic::float32),
          functions_(row_lanes_avx512(is_float_)) {
        for (const Tree& tree : forest.trees) {
            stride_ = std::max(stride_, tree.leaf_count());
        }
        const std::size_t leaf_bytes = is_float_ ? sizeof(float) : sizeof(double);
        leaves_.grow(forest.trees.size() * stride_ * leaf_bytes);
        std::vector<std::size_t> begins;
        for (std::size_t t = 0; t < forest.trees.size(); t += 2) {
            begins.push_back(nodes_.size());
            add_pair(forest, columns, t, leaf_bytes);
        }
        for (std::size_t p = 0; p < pairs_.size(); ++p) {
            pairs_[p].nodes = nodes_.data() + begins[p];
        }
        forest_ = {pairs_.data(), pairs_.size(), stride_};
    }

    [[nodiscard]] std::string_view name() const noexcept override { return "lanes"; }
    [[nodiscard]] std::size_t bytes() const noexcept override {
        return ranking_.bytes() + nodes_.size() * sizeof(LaneNode) + leaves_.size();
    }
    [[nodiscard]] std::size_t scratch_bytes() const noexcept override {
        return total_bytes() + kRowLanes * (column_count_ + row_distance()) + ranking_.scratch_bytes();
    }
    void predict(const float* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }
    void predict(const double* rows, std::size_t count, unsigned char* scratch,
                 double* scores) const noexcept override {
        each(rows, count, scratch, scores);
    }

   private:
    void add_pair(const Forest& forest, const Columns& columns, std::size_t first, std::size_t leaf_bytes) {
        const std::size_t count = std::min<std::size_t>(2, forest.trees.size() - first);
        std::size_t steps = forest.trees[first].splits.size();
        steps = count == 2 ? std::max(steps, forest.trees[first + 1].splits.size()) : steps;
        // Where a tree has no node, no rank is above the threshold's number of 255.
        const std::size_t begin = nodes_.size();
        nodes_.resize(begin + 2 * steps, LaneNode{0, spread(255), 0});
        for (std::size_t t = 0; t < count; ++t) {
            const Tree& tree = forest.trees[first + t];
            const LeafOrder order(tree);
            for (std::size_t i = 0; i < order.split_at.size(); ++i) {
                const Columns::Place place = columns.place(tree.splits[order.split_at[i]]);
                nodes_[begin + 2 * i + t] = {static_cast<std::uint32_t>(place.column * kRowLanes), spread(place.number),
                                             spread(order.first_leaf[i])};
            }
            for (std::size_t i = 0; i < order.leaf_at.size(); ++i) {
                put_leaf(tree.leaves[order.leaf_at[i]], (first + t) * stride_ + i);
            }
        }
        pairs_.push_back({nullptr, static_cast<std::uint32_t>(steps), static_cast<std::uint32_t>(count),
                          leaves_.data() + first * stride_ * leaf_bytes, sums_.outputs() + first});
    }

    void put_leaf(double leaf, std::size_t i) {
        if (is_float_) {
            reinterpret_cast<float*>(leaves_.data())[i] = static_cast<float>(leaf);
        } else {
            reinterpret_cast<double*>(leaves_.data())[i] = leaf;
        }
    }

    [[nodiscard]] std::size_t total_bytes() const noexcept { return sums_.count() * kRowLanes * sizeof(double); }
    [[nodiscard]] std::size_t row_distance() const noexcept { return whole_lines(column_count_ + 1); }

    template <typename Value>
    void each(const Value* rows, std::size_t count, unsigned char* scratch, double* scores) const noexcept {
        unsigned char* const by_column = scratch + total_bytes();
        unsigned char* const by_row = by_column + kRowLanes * column_count_;
        unsigned char* const work = by_row + kRowLanes * row_distance();
        for (std::size_t first = 0; first < count; first += kRowLanes) {
            const std::size_t here = std::min(kRowLanes, count - first);
            for (std::size_t i = 0; i < here; ++i) {
                ranking_.rank(rows + (first + i) * feature_count_, work);
                std::memcpy(by_row + i * row_distance(), work, column_count_);
            }
            // What is left of a block that no row fills is scored, and the scores are not read.
            std::memset(by_row + here * row_distance(), 0, (kRowLanes - here) * row_distance());
            functions_.transpose(by_row, row_distance(), column_count_, by_column);
            if (is_float_) {
                score_block<float>(by_column, here, scratch, scores + first * sums_.count());
            } else {
                score_block<double>(by_column, here, scratch, scores + first * sums_.count());
            }
        }
    }

    template <typename Leaf>
    void score_block(const unsigned char* ranks, std::size_t rows, unsigned char* scratch,
                     double* scores) const noexcept {
        auto* const totals = reinterpret_cast<Leaf*>(scratch);
        const std::size_t outputs = sums_.count();
        sums_.begin(scores);
        for (std::size_t k = 0; k < outputs; ++k) {
            std::fill_n(totals + k * kRowLanes, kRowLanes, static_cast<Leaf>(scores[k]));
        }
        functions_.score(forest_, ranks, totals);
        for (std::size_t i = 0; i < rows; ++i) {
            for (std::size_t k = 0; k < outputs; ++k) {
                scores[i * outputs + k] = static_cast<double>(totals[k * kRowLanes + i]);
            }
            sums_.end(scores + i * outputs);
        }
    }

    Ranking ranking_;
    Sums sums_;
    std::size_t feature_count_;
    std::size_t column_count_;
    bool is_float_;
    LaneFunctions functions_;
    std::size_t stride_ = 1;
    Lines leaves_;
    std::vector<LaneNode> nodes_;
    std::vector<LanePair> pairs_;
    LaneForest forest_{};
};

}  // namespace

std::unique_ptr<Kernel> make_row_lanes(const Forest& forest) {
    const auto is_plain = [](const Tree& tree) {
        return tree.output != kEveryOutput && tree.linear.empty() && tree.category_sets.empty() &&
               tree.leaf_count() <= kMostLeaves;
    };
    if (!forest.weights.empty() || !std::all_of(forest.trees.begin(), forest.trees.end(), is_plain)) {
        return nullptr;
    }
    const Columns columns(forest);
    return columns.size() > kMostColumns ? nullptr : std::make_unique<RowLanes>(forest, columns);
}

}  // namespace foxml::trees
