#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/isa.hpp"
#include "features/block_searches.hpp"
#include "features/block_source.hpp"
#include "features/block_update.hpp"
#include "features/operators.hpp"
#include "features/plan.hpp"
#include "features/symbol_state.hpp"

namespace foxml::features {

/// Eight symbols whose rings lie side by side, so that one vector holds a number of all.
///
///     symbols     s0 s1 s2 s3 s4 s5 s6 s7        each a SymbolState of its own, updated by itself
///     rings       row t:  [8 closes][8 squares] ...
///     rows        one vector instruction works for all eight, where they have their last bar at the same place
///
/// A symbol that misses a bar falls behind its block's place; from then on rows are written one by one, until `align`
/// has moved what the symbols keep. All ways give the same bits.
class Block {
   public:
    Block(std::shared_ptr<const Plan> plan, Isa isa);
    /// With its memory in a pool that has `BlockRings::bytes_of(plan->layout())` left.
    Block(std::shared_ptr<const Plan> plan, Isa isa, BlockPool& pool);

    /// Memory for the symbols of this block.
    [[nodiscard]] const BlockRings& rings() const noexcept { return rings_; }

    /// The state of lane `lane`; it must live in `rings()` and outlive the block.
    void hold(std::size_t lane, SymbolState& state) noexcept {
        states_[lane] = &state;
        searches_.forget();
    }

    /// Whether all symbols have their last bar at the same place.
    [[nodiscard]] bool aligned() const noexcept;

    /// Moves what the symbols keep until they are aligned. Allocates.
    void align();

    /// Takes in a bar of every symbol, none of which may be refused.
    ///
    /// Symbols that came apart are aligned again once all were there for a number of slices: a symbol that often has
    /// no bar is not worth it. That allocates.
    void update(const std::array<Bar, kBlockLanes>& bars);

    /// Asks memory for what the next bar will read: worth it while the block before this one is at work.
    void prefetch() const noexcept;

    /// The rows of all eight; row k begins at rows + k row_stride. Every symbol must be ready.
    void write_rows(float* rows, std::size_t row_stride) const;

   private:
    [[nodiscard]] bool together();
    void update_together(const std::array<Bar, kBlockLanes>& bars) noexcept;
    void gather(BlockSource& source) const noexcept;
    [[nodiscard]] std::uint64_t replaced() const noexcept;

    std::shared_ptr<const Plan> plan_;
    BlockRings rings_;
    BlockSearches searches_;
    std::uint64_t replaced_ = 0;     ///< times that states had been replaced, all in all, at the last update
    UpdateBlockRings update_rings_;  ///< null where only scalar instructions may be used
    WriteBlockRows write_together_;  ///< null too
    std::array<SymbolState*, kBlockLanes> states_{};
    std::int64_t place_ = 0;  ///< of the first symbol at the last call
    int apart_ = 0;  ///< calls in a row, one bar after the other, that had bars of all eight and found them not aligned
};

}  // namespace foxml::features
