#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/bytes.hpp"
#include "core/isa.hpp"
#include "features/bar.hpp"
#include "features/operators.hpp"
#include "features/plan.hpp"
#include "features/session.hpp"
#include "features/timeframe.hpp"
#include "features/window_source.hpp"

namespace foxml::features {

class View;

/// Why this bar cannot be the one after `last`, or nullptr if it can.
[[nodiscard]] const char* refusal(const Bar& bar, const IntegerBar& last, const Scale& scale) noexcept;

/// All features of one symbol, one bar after the other. Blocks and tapes take bars in for several at a time, to the
/// same bits.
///
/// What a row says depends on the bars of the last `plan.warmup_bars()` and never on where the history began (for
/// `measured` features this is observed, not proved: see Guarantee).
class SymbolState {
   public:
    /// Throws InvalidInput if the scale is not positive and finite.
    SymbolState(std::shared_ptr<const Plan> plan, Scale scale, Isa isa = chosen_isa());
    /// In a lane of a block's memory.
    SymbolState(std::shared_ptr<const Plan> plan, Scale scale, const BlockRings& rings, std::size_t lane);

    /// Why this bar cannot be the next one, or nullptr if it can.
    [[nodiscard]] const char* refusal(const Bar& bar) const noexcept;

    /// Take one bar in. Allocates nothing. `refusal(bar)` must be nullptr.
    void update(const Bar& bar) noexcept;

    /// Go on to a bar that the rings have already got, and its r. `update_gauge` for each gauge of the layout is next.
    void advance(const IntegerBar& bar, std::int64_t log_return) noexcept;
    void update_gauge(std::size_t number) noexcept { base_.update_gauge(number); }

    /// Whether every feature has all the history that it needs. Before that there is no row.
    [[nodiscard]] bool ready() const noexcept { return bars_seen() > plan_->warmup_bars(); }

    /// Bars taken in since the start or the last reset.
    [[nodiscard]] std::int64_t bars_seen() const noexcept { return base_.bars_seen(); }

    /// The row of the last bar: `plan.feature_count()` values, NaN where a value is undefined. What is found out for it
    /// is kept for the next one, so no two threads may ask the same state at once.
    ///
    /// Cells of features that are still warming up are NaN. Each cell is computed in double; the float32 row is that
    /// double rounded once.
    void write_row(float* out) const noexcept;
    void write_row(double* out) const noexcept;

    /// One cell of the row in double, warm or not.
    [[nodiscard]] double cell(const Plan::Entry& entry) const noexcept;

    /// What the formulas read of the last bar. Include features/view.hpp.
    [[nodiscard]] View view() const noexcept;

    /// The operators on the plan's own bars.
    [[nodiscard]] const Operators& operators() const noexcept { return base_; }
    [[nodiscard]] Operators& operators() noexcept { return base_; }
    /// See Operators::set_place.
    void set_place(std::int64_t place) { base_.set_place(place); }

    /// Forget every bar.
    void reset();

    void save(ByteWriter& writer) const;

    /// Restore what `save` wrote under an equal plan and scale: the state goes on with the same bits.
    ///
    /// Throws InvalidInput if bytes are missing or cannot be such a state; the state is then unchanged.
    void load(ByteReader& reader);

    /// Bytes of memory behind this state.
    [[nodiscard]] std::size_t state_bytes() const noexcept;

    [[nodiscard]] const Plan& plan() const noexcept { return *plan_; }
    [[nodiscard]] const Scale& scale() const noexcept { return scale_; }

   private:
    friend class View;

    void make_higher();
    void update_others(const IntegerBar& bar) noexcept;
    void keep_cells(const Timeframe& timeframe) noexcept;

    template <typename Value>
    void write_cells(Value* out) const noexcept;
    void write_windows(const RowPlaces& row) const noexcept;

    std::shared_ptr<const Plan> plan_;
    Scale scale_;
    Isa isa_;
    Operators base_;
    Session session_;
    std::vector<Timeframe> higher_;
    std::vector<double> kept_;  ///< cells of the plan's kept entries: derived from higher_
    mutable SinceMemory since_;
    WriteWindows write_windows_ = nullptr;  ///< null where cells are written one by one
};

}  // namespace foxml::features
