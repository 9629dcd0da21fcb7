#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/isa.hpp"
#include "features/plan.hpp"
#include "features/symbol_state.hpp"
#include "features/tape_memory.hpp"
#include "features/tape_source.hpp"

namespace foxml::features {

/// A symbol's history, a stretch of consecutive bars at a time: one vector holds a number of eight bars.
///
///     stretch     b0 b1 b2 ... b255        bars that the symbol takes in one after the other
///     tapes       each word of the rings, each average, each gauge's value along time
///     rows        one vector instruction works for eight bars
///
/// The symbol's state still takes every bar, but of the rings it has only the words that its gauges and the formulas
/// without lanes read. All ways give the same bits.
class Tape {
   public:
    /// Bars of a stretch, at most.
    static constexpr std::size_t kBars = TapeMemory::kBars;

    /// `isa` must not be scalar.
    Tape(std::shared_ptr<const Plan> plan, Isa isa);

    /// Whether the state can be taken from here on: its averages have their seeds behind them.
    [[nodiscard]] bool can_begin(const SymbolState& state) const noexcept { return state.bars_seen() > seeded_at_; }

    /// Goes on from where the state is.
    void begin(SymbolState& state) { memory_.load(state.operators()); }

    /// Where the next bars are to be put, as many as are to be taken.
    [[nodiscard]] std::span<IntegerBar> room() noexcept { return memory_.room(); }

    /// Takes in the next `count` bars, which are in the room: at least one, none of which may be refused.
    ///
    /// Of the rows of the state's rings only those of the last `whole` bars are whole.
    void take(SymbolState& state, std::size_t count, std::size_t whole = 0);

    /// Rows that a state must have whole to go on by itself.
    [[nodiscard]] std::size_t rows_kept() const noexcept { return rows_kept_; }

    /// The rows of `count` bars from bar `first` of the stretch on, each with the plan's features, one row after the
    /// other; `streamed` past the caches, where they are too many to stay there. Every feature must be valid there.
    void write_rows(std::size_t first, std::size_t count, float* rows, bool streamed);

   private:
    void note_alone();
    void follow(SymbolState& state, std::size_t whole);

    /// Words of the rings.
    struct Words {
        std::vector<std::size_t> prefix;
        std::vector<std::size_t> extrema;
        std::vector<SmoothingLayout::Place> smoothings;
    };
    void put(Operators& operators, const Words& words, std::size_t i) const noexcept;

    std::shared_ptr<const Plan> plan_;
    UpdateTapes update_;
    WriteTapeRows write_;
    TapeMemory memory_;
    std::vector<float> columns_;  ///< a stretch's cells
    std::vector<float> turned_;
    Words alone_;  ///< those that are read bar by bar
    Words all_;
    std::size_t rows_kept_ = 0;
    std::int64_t seeded_at_ = 0;  ///< index of the bar at which the last average has its seed
};

}  // namespace foxml::features
