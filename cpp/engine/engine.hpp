#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/feed.hpp"
#include "engine/gate.hpp"
#include "engine/track.hpp"
#include "features/block.hpp"
#include "trees/predictor.hpp"

namespace foxml::engine {

/// A forest as the engine uses it: the fast predictor, whose output 0 is the score.
struct Scorer {
    std::shared_ptr<const trees::Predictor> predictor;
    std::size_t feature_count;
    std::size_t output_count;
};

/// The bars of one moment for `n` symbols.
struct Slice {
    std::int64_t close_ns;
    std::int64_t session_open_ns;
    std::int64_t session_close_ns;
    const double* ohlcv;          ///< n x 5, row by row
    const std::uint8_t* present;  ///< n; a row of an absent symbol is not read
};

/// Where a slice's results go.
struct SliceResult {
    float* rows;          ///< n x features; NaN where invalid, a whole row of NaN where not ready
    std::uint8_t* ready;  ///< n
    double* scores;       ///< n x forests; NaN where not ready
};

/// Features and forests of many symbols: one call per slice.
///
/// A symbol without a bar in a slice, or still warming up, has no row and no score there: `ready` is 0.
class Engine {
   public:
    /// `identity` says whose state this is (the plan and the symbols); a snapshot of another one is refused.
    ///
    /// `benchmark` is its place among the symbols. Throws InvalidInput if it has none, if the plan needs one and none
    /// is given, or if a forest takes another number of features than the plan has.
    Engine(std::shared_ptr<const features::Plan> plan, const std::vector<features::Scale>& scales,
           std::vector<Scorer> scorers, std::string_view identity, std::optional<std::size_t> benchmark = std::nullopt);

    [[nodiscard]] std::size_t symbol_count() const noexcept { return tracks_.all.size(); }
    [[nodiscard]] std::size_t feature_count() const noexcept { return plan_->feature_count(); }
    [[nodiscard]] std::size_t scorer_count() const noexcept { return scorers_.size(); }

    /// Takes in a slice. Allocates nothing, but where symbols that missed bars are put in line again.
    ///
    /// Throws RefusedBar, with no symbol changed, if any present bar cannot be the next one of its symbol.
    void on_slice(const Slice& slice, const SliceResult& result);

    /// Puts one symbol's past on the terms after a corporate action; see Track::adjust. Where it is the benchmark, what
    /// the others know of it too.
    void adjust(std::size_t symbol, double price_factor, double volume_factor);

    /// Takes in more bars of one symbol, all after its last, with `adjustments` as for `run_batch`. Writes count x
    /// features `values` (NaN in rows that are not ready) and `ready`.
    ///
    /// Of the benchmark the symbol sees the closes in `bars`; the benchmark's own features take no part, and it cannot
    /// itself be extended beside other symbols. Throws RefusedBar naming the row, InvalidInput naming what else is
    /// wrong; nothing has changed then.
    void extend(std::size_t symbol, const BarColumns& bars, const std::vector<Adjustment>& adjustments, float* values,
                std::uint8_t* ready);

    /// The whole state, checksummed.
    [[nodiscard]] std::string snapshot() const;

    /// Takes the place of the state. Throws InvalidInput, with nothing changed, if the bytes are not whole or belong to
    /// another engine.
    void restore(std::string_view bytes);

   private:
    void check_symbol(std::size_t symbol) const;
    [[nodiscard]] features::Bar bar_of(const Slice& slice, std::size_t symbol) const noexcept;
    [[nodiscard]] double benchmark_close_of(const Slice& slice) const noexcept;
    [[nodiscard]] Moment moment_of(const Slice& slice) const noexcept;
    void check(const Slice& slice) const;
    void check(const Slice& slice, std::size_t first, std::size_t count) const;
    /// Symbols in blocks of eight, what is left over by itself.
    struct Tracks {
        std::vector<features::Block> blocks;
        std::vector<Gate> gates;  ///< one for each block
        std::vector<Track> all;
    };
    [[nodiscard]] Tracks make_tracks() const;
    /// The state of a symbol, or what it knows of the benchmark, has changed in another way than by a bar.
    void shut_gate(std::size_t symbol) noexcept;
    void update_block(const Slice& slice, std::size_t block);
    void update(const Slice& slice, std::size_t symbol) noexcept;
    void note_ready(const Slice& slice, std::size_t first, std::size_t count, const SliceResult& result) noexcept;
    void write_block(const features::Block& block, std::size_t first, const SliceResult& result);
    void write_row(std::size_t symbol, const SliceResult& result) noexcept;
    void write_scores(std::size_t scorer, const SliceResult& result) noexcept;

    std::shared_ptr<const features::Plan> plan_;
    std::vector<features::Scale> scales_;
    Tracks tracks_;
    std::vector<Scorer> scorers_;
    std::optional<std::size_t> benchmark_;
    std::vector<double> scratch_;
    std::vector<double> outputs_;
    std::uint64_t identity_;
    std::int64_t last_close_ns_;
};

}  // namespace foxml::engine
