#include <immintrin.h>

#include "trees/blend.hpp"
#include "trees/rank_registers.hpp"

namespace foxml::trees {

namespace {

/// Of 2^kLevels nodes that lie 128 bytes apart, the one that the sides taken lead to: the first side counts most.
template <int kLevels>
[[gnu::always_inline]] inline __m512i chosen(const std::uint8_t* nodes, const __mmask64* sides) noexcept {
    if constexpr (kLevels == 0) {
        return _mm512_load_si512(nodes);
    } else {
        return _mm512_mask_blend_epi8(sides[0], chosen<kLevels - 1>(nodes, sides + 1),
                                      chosen<kLevels - 1>(nodes + (std::size_t{128} << (kLevels - 1)), sides + 1));
    }
}

template <int kLevel, int kTables>
[[gnu::always_inline]] inline void descend(const RankRegisters<kTables>& ranks, const std::uint8_t* nodes,
                                           __mmask64* sides, __m512i& record) noexcept {
    const std::uint8_t* const level = nodes + 128 * ((1 << kLevel) - 1);
    const __m512i columns = chosen<kLevel>(level, sides);
    const __m512i numbers = chosen<kLevel>(level + 64, sides);
    sides[kLevel] = _mm512_cmpgt_epu8_mask(ranks.of(columns), numbers);
    const __m512i half = _mm512_set1_epi8(static_cast<char>(1 << (kUpperLevels - 1 - kLevel)));
    record = _mm512_mask_add_epi8(record, sides[kLevel], record, half);
}

/// Walks what lies below the upper levels and adds the leaves, tree after tree.
template <int kLower, typename Leaf, bool kOutputs>
class Adder {
   public:
    Adder(const std::uint8_t* ranks, double* scores) noexcept
        : ranks_(ranks), scores_(scores), total_(static_cast<Leaf>(scores[0])) {}

    void take(const BlendGroup& group, const std::uint8_t* indices) noexcept {
        records_ = group.records;
        outputs_ = group.outputs;
        indices_ = indices;
        left_ = group.tree_count;
    }

    void add(std::uint32_t count) noexcept {
        count = count < left_ ? count : left_;
        left_ -= count;
        for (std::uint32_t i = 0; i < count; ++i) {
            const Leaf leaf = leaf_of(records_ + *indices_++ * kBytes);
            records_ += kBytes << kUpperLevels;
            if constexpr (kOutputs) {
                double& score = scores_[*outputs_++];
                score = static_cast<double>(static_cast<Leaf>(score) + leaf);
            } else {
                total_ += leaf;
            }
        }
    }

    void finish() noexcept {
        add(left_);
        if constexpr (!kOutputs) {
            scores_[0] = static_cast<double>(total_);
        }
    }

   private:
    static constexpr std::size_t kBytes = record_bytes(kLower, sizeof(Leaf));

    [[nodiscard]] Leaf leaf_of(const std::uint8_t* record) const noexcept {
        std::size_t at = 0;
        for (int level = 0; level < kLower; ++level) {
            at = 2 * at + 1 + static_cast<std::size_t>(ranks_[record[2 * at]] > record[2 * at + 1]);
        }
        return reinterpret_cast<const Leaf*>(record + record_head(kLower, sizeof(Leaf)))[at + 1 - (1U << kLower)];
    }

    const std::uint8_t* ranks_;
    double* scores_;
    Leaf total_;
    const std::uint8_t* records_ = nullptr;
    const std::int32_t* outputs_ = nullptr;
    const std::uint8_t* indices_ = nullptr;
    std::uint32_t left_ = 0;
};

template <int kTables, int kLower, typename Leaf, bool kOutputs>
void score(const BlendForest& forest, const std::uint8_t* rank_bytes, std::uint8_t* indices, double* scores) noexcept {
    const RankRegisters<kTables> ranks(rank_bytes);
    Adder<kLower, Leaf, kOutputs> adder(rank_bytes, scores);
    for (std::size_t g = 0; g < forest.group_count; ++g) {
        const BlendGroup& group = forest.groups[g];
        __mmask64 sides[kUpperLevels];
        __m512i record = _mm512_setzero_si512();
        descend<0>(ranks, group.nodes, sides, record);
        adder.add(16);
        descend<1>(ranks, group.nodes, sides, record);
        adder.add(16);
        descend<2>(ranks, group.nodes, sides, record);
        adder.add(16);
        descend<3>(ranks, group.nodes, sides, record);
        adder.finish();
        std::uint8_t* const to = indices + 64 * (g % 2);
        _mm512_store_si512(to, record);
        adder.take(group, to);
    }
    adder.finish();
}

template <int kTables, int kLower>
BlendScore by_leaf(const BlendShape& shape) noexcept {
    if (shape.is_float) {
        return shape.has_outputs ? score<kTables, kLower, float, true> : score<kTables, kLower, float, false>;
    }
    return shape.has_outputs ? score<kTables, kLower, double, true> : score<kTables, kLower, double, false>;
}

template <int kTables>
BlendScore by_levels(const BlendShape& shape) noexcept {
    switch (shape.lower_levels) {
        case 0:
            return by_leaf<kTables, 0>(shape);
        case 1:
            return by_leaf<kTables, 1>(shape);
        case 2:
            return by_leaf<kTables, 2>(shape);
        case 3:
            return by_leaf<kTables, 3>(shape);
        case 4:
            return by_leaf<kTables, 4>(shape);
        default:
            return nullptr;
    }
}

}  // namespace

BlendScore blend_avx512(const BlendShape& shape) noexcept {
    if (shape.column_count > 256) {
        return nullptr;
    }
    return shape.column_count <= 128 ? by_levels<1>(shape) : by_levels<2>(shape);
}

}  // namespace foxml::trees
