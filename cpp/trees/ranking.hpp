#pragma once

#include <cstdint>
#include <type_traits>

#include "trees/columns.hpp"
#include "trees/lines.hpp"

namespace foxml::trees {

/// 16 columns whose thresholds lie together.
///
/// A column's thresholds are cut into blocks of 16, filled up with +inf. The last threshold of every block but the
/// last is a separator: those below a value name its block, thresholds of the block below it the rest of its rank.
///
///     separators    column 0 .. 15: the first of each, the second of each, ..
///     column 0      0 1 .. 15 | 16 17 .. 31 | .. inf
///     column 1      0 1 .. inf | inf .. | ..
///     ..
///
/// NaN is compared so that everything is below it, which gives it a rank above every threshold; what NaN is to be
/// otherwise takes its place before.
struct RankChunk {
    std::uint32_t first_cell;
    std::uint32_t separators;  ///< of each column, at most 15
};

/// What ranks a row, in the precision that the row is compared in.
template <typename Value>
struct RankTable {
    const Value* cells;
    const RankChunk* chunks;             ///< of each 16 columns
    const Value* missing;                ///< of each column: what takes the place of NaN
    const std::uint16_t* used;           ///< of each 16 features: those that have a column
    const std::int32_t* later_features;  ///< of the columns after the first of each feature
    const std::uint16_t* zeros;          ///< of each 16 columns: those where zero is missing; null if there are none
    std::uint32_t feature_count;
    std::uint32_t first_count;
    std::uint32_t column_count;
};

/// What is written for a row, and scratch memory of whole lines.
template <typename Value>
struct RankScratch {
    Value* values;
    std::uint16_t* words;
    std::uint8_t* ranks;
};

/// Functions that rank a row. A row of doubles is rounded first where it is compared in float.
struct RankFunctions {
    void (*floats)(const RankTable<float>&, const float*, const RankScratch<float>&);
    void (*rounded)(const RankTable<float>&, const double*, const RankScratch<float>&);
    void (*doubles)(const RankTable<double>&, const double*, const RankScratch<double>&);
};

[[nodiscard]] RankFunctions rank_row_avx512() noexcept;

/// The tables of a forest's columns, and the rows' ranks by them.
class Ranking {
   public:
    Ranking(const Forest& forest, const Columns& columns);

    /// Bytes of scratch memory, of which the first `rank_bytes()` hold the ranks afterwards.
    [[nodiscard]] std::size_t scratch_bytes() const noexcept;
    [[nodiscard]] std::size_t rank_bytes() const noexcept { return whole_lines(columns_ + 1) + 448; }
    [[nodiscard]] std::size_t bytes() const noexcept;

    template <typename Value>
    void rank(const Value* row, std::uint8_t* scratch) const noexcept;

   private:
    template <typename Value>
    struct Store {
        Lines cells;
        std::vector<Value> missing;
    };

    void lay_out(const Columns& columns);
    template <typename Value>
    void build(const Columns& columns, Store<Value>& store);
    template <typename Value>
    [[nodiscard]] RankTable<Value> table(const Store<Value>& store) const noexcept;
    template <typename Value>
    [[nodiscard]] RankScratch<Value> parts(std::uint8_t* scratch) const noexcept;

    RankFunctions functions_;
    Store<float> floats_;
    Store<double> doubles_;
    std::vector<std::uint16_t> used_;
    std::vector<std::int32_t> later_features_;
    std::vector<std::uint16_t> zeros_;
    std::vector<RankChunk> chunks_;
    std::size_t feature_count_;
    std::size_t first_count_;
    std::size_t columns_;
    std::size_t cell_count_ = 0;
    bool rounds_;
    bool has_zeros_ = false;
};

}  // namespace foxml::trees
