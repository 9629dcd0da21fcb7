#pragma once

#include <cstdint>
#include <type_traits>

#include "trees/columns.hpp"
#include "trees/lines.hpp"

namespace foxml::trees {

/// Where the thresholds of all columns lie for one row's search, in the precision that the row is compared in.
///
/// A column has 16 separators, then its thresholds in blocks of 16. The separator of a block is its last threshold;
/// what is left over holds +inf:
///
///     15 31 47 .. inf | 0 1 .. 15 | 16 17 .. 31 | .. inf
///
/// Separators below the value name the block, thresholds of the block below it the rank. NaN is "below" nothing in
/// a comparison that is true for the unordered, so it gets a rank above all; what NaN is to be otherwise is put in its
/// place before.
template <typename Value>
struct RankTable {
    const Value* cells;
    const std::uint32_t* begins;         ///< of each column, in cells
    const Value* missing;                ///< of each column: what takes the place of NaN
    const std::uint16_t* used;           ///< of each 16 features: those that have a column
    const std::int32_t* later_features;  ///< of the columns after the first of each feature
    const std::uint16_t* zeros;          ///< of each 16 columns: those where zero is missing; null if there are none
    std::uint32_t feature_count;
    std::uint32_t first_count;
    std::uint32_t column_count;
    bool small;  ///< at most 16 thresholds a column: its cells are these, without separators
};

/// The two steps of a search, and what it writes for a row: `values` and `words` are scratch memory of whole lines.
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
        std::vector<std::uint32_t> begins;
        std::vector<Value> missing;
    };

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
    std::size_t feature_count_;
    std::size_t first_count_;
    std::size_t columns_;
    bool rounds_;
    bool small_ = true;
    bool has_zeros_ = false;
};

}  // namespace foxml::trees
