#include <immintrin.h>

#include "trees/rank_registers.hpp"
#include "trees/sweep.hpp"

namespace foxml::trees {

namespace {

/// Adds leaves one by one, in tree order: the chain of additions that the next trees' steps run beside.
template <typename Leaf, bool kOutputs>
class Adder {
   public:
    explicit Adder(double* scores) noexcept : scores_(scores), total_(static_cast<Leaf>(scores[0])) {}

    void take(const SweepGroup& group, std::size_t stride, const std::uint8_t* indices) noexcept {
        leaves_ = static_cast<const Leaf*>(group.leaves);
        stride_ = stride;
        indices_ = indices;
        outputs_ = group.outputs;
        left_ = group.tree_count;
    }

    /// Four more, if there are as many: in one piece, without a loop's own steps between the additions.
    void add_four() noexcept {
        if (left_ < 4) {
            return;
        }
        left_ -= 4;
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) {
            add_one(indices_[i]);
        }
        indices_ += 4;
    }

    void finish() noexcept {
        for (; left_ > 0; --left_) {
            add_one(*indices_++);
        }
        if constexpr (!kOutputs) {
            scores_[0] = static_cast<double>(total_);
        }
    }

    [[nodiscard]] std::uint32_t left() const noexcept { return left_; }

   private:
    [[gnu::always_inline]] void add_one(std::uint8_t index) noexcept {
        const Leaf leaf = leaves_[index];
        leaves_ += stride_;
        if constexpr (kOutputs) {
            double& score = scores_[*outputs_++];
            score = static_cast<double>(static_cast<Leaf>(score) + leaf);
        } else {
            total_ += leaf;
        }
    }

    double* scores_;
    Leaf total_;
    const Leaf* leaves_ = nullptr;
    std::size_t stride_ = 0;
    const std::uint8_t* indices_ = nullptr;
    const std::int32_t* outputs_ = nullptr;
    std::uint32_t left_ = 0;
};

/// One node of each of 64 trees.
template <int kTables, bool kSets>
[[gnu::always_inline]] inline void step(const RankRegisters<kTables>& ranks, const std::uint8_t* at,
                                        const std::uint64_t* word, __m512i next, __m512i& candidate) noexcept {
    const __m512i columns = _mm512_load_si512(at);
    __m512i first_leaves = _mm512_load_si512(at + 128);
    __m512i row;
    if constexpr (kTables == 4) {
        row = ranks.of(columns, first_leaves);
        first_leaves = _mm512_and_si512(first_leaves, _mm512_set1_epi8(0x7f));
    } else {
        row = ranks.of(columns);
    }
    __mmask64 right = _mm512_cmpgt_epu8_mask(row, _mm512_load_si512(at + 64));
    if constexpr (kSets) {
        right |= *word;
    }
    const __mmask64 ruled_out = _mm512_mask_cmple_epu8_mask(right, first_leaves, candidate);
    candidate = _mm512_mask_mov_epi8(candidate, ruled_out, next);
}

/// Visits all nodes of a group whose trees fill `kRegisters`, while leaves of the group before it are added. What one
/// register's step waits for, the other's does not.
template <int kRegisters, int kTables, bool kSets, typename Adder>
[[gnu::always_inline]] inline void visit(const RankRegisters<kTables>& ranks, const SweepGroup& group,
                                         const std::uint64_t* words, std::size_t word_count, Adder& adder,
                                         std::uint8_t* indices) noexcept {
    const std::uint32_t count = group.step_count;
    const std::uint32_t due = adder.left();
    __m512i candidates[kRegisters] = {};
    __m512i next = _mm512_set1_epi8(1);
    const std::uint8_t* at = group.steps;
    std::uint32_t credit = 0;  // additions spread evenly over the steps, four at a time
    for (std::uint32_t i = 0; i < count; ++i) {
        for (int k = 0; k < kRegisters; ++k, at += 192) {
            step<kTables, kSets>(ranks, at, words + i + static_cast<std::size_t>(k) * word_count, next, candidates[k]);
        }
        next = _mm512_sub_epi8(next, _mm512_set1_epi8(-1));
        for (credit += due; credit >= 4 * count; credit -= 4 * count) {
            adder.add_four();
        }
    }
    adder.finish();
    for (int k = 0; k < kRegisters; ++k) {
        _mm512_store_si512(indices + 64 * k, candidates[k]);
    }
}

/// The bits of all features with sets, one word a step: a tree's node is split by one of them at most.
void join_sets(const SweepForest& forest, const SweepRow& row, std::size_t to) noexcept {
    for (std::size_t i = 0; i < forest.word_count; i += 8) {
        __m512i words = _mm512_setzero_si512();
        for (std::size_t s = 0; s < forest.set_count; ++s) {
            words = _mm512_or_si512(words, _mm512_load_si512(row.sets[s] + i));
        }
        _mm512_store_si512(row.words + to + i, words);
    }
    for (std::size_t s = 0; s < forest.set_count; ++s) {
        row.sets[s] += forest.set_distance[s];
    }
}

template <int kTables, typename Leaf, bool kSets, bool kOutputs>
void score(const SweepForest& forest, const SweepRow& row, double* scores) noexcept {
    const RankRegisters<kTables> ranks(row.ranks);
    const std::uint64_t* const words = row.words;
    Adder<Leaf, kOutputs> adder(scores);
    for (std::size_t g = 0; g < forest.group_count; ++g) {
        const SweepGroup& group = forest.groups[g];
        const bool is_pair = group.tree_count > 64;
        if constexpr (kSets) {
            join_sets(forest, row, 0);
            if (is_pair) {
                join_sets(forest, row, forest.word_count);
            }
        }
        std::uint8_t* const to = row.indices + 128 * (g % 2);
        if (is_pair) {
            visit<2, kTables, kSets>(ranks, group, words, forest.word_count, adder, to);
        } else {
            visit<1, kTables, kSets>(ranks, group, words, forest.word_count, adder, to);
        }
        adder.take(group, forest.stride, to);
    }
    adder.finish();
}

template <int kTables, typename Leaf, bool kSets>
SweepScore by_outputs(const SweepShape& shape) noexcept {
    return shape.has_outputs ? score<kTables, Leaf, kSets, true> : score<kTables, Leaf, kSets, false>;
}

template <int kTables, typename Leaf>
SweepScore by_sets(const SweepShape& shape) noexcept {
    return shape.has_sets ? by_outputs<kTables, Leaf, true>(shape) : by_outputs<kTables, Leaf, false>(shape);
}

template <int kTables>
SweepScore by_leaf(const SweepShape& shape) noexcept {
    return shape.is_float ? by_sets<kTables, float>(shape) : by_sets<kTables, double>(shape);
}

}  // namespace

SweepScore sweep_avx512(const SweepShape& shape) noexcept {
    if (shape.column_count <= 128) {
        return by_leaf<1>(shape);
    }
    return shape.column_count <= 256 ? by_leaf<2>(shape) : by_leaf<4>(shape);
}

}  // namespace foxml::trees
