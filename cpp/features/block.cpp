#include "features/block.hpp"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "features/view.hpp"

namespace foxml::features {

namespace {

/// Aligning eight symbols costs as much as some hundred bars.
constexpr int kApartMax = 64;

WriteBlockRows writer_of(Isa isa) noexcept {
    switch (isa) {
        case Isa::avx512:
            return write_rows_avx512;
        case Isa::avx2:
            return write_rows_avx2;
        case Isa::scalar:
            return nullptr;
    }
    return nullptr;
}

UpdateBlockRings updater_of(Isa isa) noexcept {
    switch (isa) {
        case Isa::avx512:
            return update_rings_avx512;
        case Isa::avx2:
            return update_rings_avx2;
        case Isa::scalar:
            return nullptr;
    }
    return nullptr;
}

}  // namespace

void BlockBars::set(std::size_t lane, const IntegerBar& bar) noexcept {
    close_ns[lane] = bar.close_ns;
    session_open_ns[lane] = bar.session_open_ns;
    session_close_ns[lane] = bar.session_close_ns;
    open[lane] = bar.open;
    high[lane] = bar.high;
    low[lane] = bar.low;
    close[lane] = bar.close;
    volume[lane] = bar.volume;
}

void read_gauge(const BlockSource& source, GaugeKind kind, const Params& params, int output, double* values) noexcept {
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        values[lane] = source.states[lane]->view().gauge(kind, params, output);
    }
}

void read_since(const BlockSource& source, Extremum extremum, int window, std::int64_t* bars) noexcept {
    if (source.searches != nullptr) {
        const auto& known = source.layout->searches;
        const auto found = std::lower_bound(known.begin(), known.end(), ExtremumSearch{extremum, window});
        std::ranges::copy(source.searches[found - known.begin()], bars);
        return;
    }
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const View view = source.states[lane]->view();
        bars[lane] = extremum == Extremum::high ? view.since_high(window) : view.since_low(window);
    }
}

void run_alone(const BlockSource& source, const Plan::Entry& entry, double* cells) noexcept {
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        cells[lane] = source.states[lane]->cell(entry);
    }
}

Block::Block(std::shared_ptr<const Plan> plan, Isa isa)
    : Block(plan, isa, *std::make_unique<BlockPool>(BlockRings::bytes_of(plan->layout()))) {}

Block::Block(std::shared_ptr<const Plan> plan, Isa isa, BlockPool& pool)
    : plan_(std::move(plan)),
      rings_(plan_->layout(), pool),
      searches_(plan_->layout()),
      update_rings_(updater_of(isa)),
      write_together_(writer_of(isa)) {}

bool Block::aligned() const noexcept {
    return std::all_of(states_.begin(), states_.end(), [this](const SymbolState* state) {
        return state->operators().place() == states_[0]->operators().place();
    });
}

bool Block::together() {
    if (aligned()) {
        apart_ = 0;
        return true;
    }
    const std::int64_t place = states_[0]->operators().place();
    apart_ = place == place_ + 1 ? apart_ + 1 : 1;
    place_ = place;
    if (apart_ <= kApartMax) {
        return false;
    }
    align();
    apart_ = 0;
    return true;
}

std::uint64_t Block::replaced() const noexcept {
    return std::accumulate(
        states_.begin(), states_.end(), std::uint64_t{0},
        [](std::uint64_t sum, const SymbolState* state) { return sum + state->operators().replaced(); });
}

void Block::align() {
    searches_.forget();
    const std::int64_t place = states_[0]->operators().place();
    for (SymbolState* const state : states_) {
        if (state->operators().place() != place) {
            state->set_place(place);
        }
    }
}

void Block::gather(BlockSource& source) const noexcept {
    source.layout = &plan_->layout();
    source.prefix = rings_.prefix.data();
    source.extrema = rings_.extrema.data();
    source.smoothings = rings_.smoothings.data();
    source.place = states_[0]->operators().place();
    source.searches = replaced() == replaced_ ? searches_.at(source.place) : nullptr;
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const Operators& operators = states_[lane]->operators();
        source.states[lane] = states_[lane];
        source.bars.set(lane, operators.bar());
        source.previous.set(lane, operators.previous());
        source.index[lane] = operators.bars_seen() - 1;
        source.price_grid[lane] = operators.scale().price_grid;
        source.volume_unit[lane] = operators.scale().volume_unit;
    }
}

void Block::update(const std::array<Bar, kBlockLanes>& bars) {
    const bool settled = std::all_of(states_.begin(), states_.end(), [](const SymbolState* s) { return s->ready(); });
    if (update_rings_ != nullptr && together() && settled) {
        update_together(bars);
        return;
    }
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        states_[lane]->update(bars[lane]);
    }
}

void Block::update_together(const std::array<Bar, kBlockLanes>& bars) noexcept {
    BlockUpdate update;
    update.layout = &plan_->layout();
    update.prefix = rings_.prefix.data();
    update.extrema = rings_.extrema.data();
    update.smoothings = rings_.smoothings.data();
    update.place = states_[0]->operators().place() + 1;
    update.interval_ns = plan_->interval_ns();
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        const Operators& operators = states_[lane]->operators();
        FOXML_ASSERT_OF_CALLER(states_[lane]->refusal(bars[lane]) == nullptr);
        update.integer_bars[lane] = to_integers(bars[lane], operators.scale());
        update.integer_previous[lane] = &operators.bar();
        update.bars.set(lane, update.integer_bars[lane]);
        update.previous.set(lane, operators.bar());
        update.index[lane] = operators.bars_seen();
        update.last_change[lane] = operators.last_change();
        for (std::size_t i = 0; i < update.last_returns.size(); ++i) {
            update.last_returns[i][lane] = operators.last_returns()[i];
        }
        update.benchmark_ratio[lane] = bars[lane].benchmark_ratio;
        update.price_grid[lane] = operators.scale().price_grid;
        update.volume_unit[lane] = operators.scale().volume_unit;
    }
    if (const std::uint64_t replaced = this->replaced(); replaced != replaced_) {
        searches_.forget();
        replaced_ = replaced;
    }
    alignas(64) BlockBars::Numbers log_returns;
    update_rings_(update, log_returns);
    searches_.step(update.extrema, update.place);
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        states_[lane]->advance(update.integer_bars[lane], log_returns[lane]);
    }
    // One gauge of all, then the next: its code is at hand, and no symbol waits for another's numbers.
    for (std::size_t number = 0; number < plan_->layout().gauges.specs().size(); ++number) {
        for (SymbolState* const state : states_) {
            state->update_gauge(number);
        }
    }
}

void Block::prefetch() const noexcept {
    const std::int64_t next = states_[0]->operators().place() + 1;
    const Layout& layout = plan_->layout();
    const auto ask = [next](const auto* words, const auto& ring, const std::vector<Layout::Touch>& touches) {
        for (const auto& [word, lag] : touches) {
            __builtin_prefetch(words + ring.at(word, next - lag) * kBlockLanes, 0, 2);
        }
    };
    ask(rings_.prefix.data(), layout.prefix, layout.prefix_touches);
    ask(rings_.extrema.data(), layout.extrema, layout.extrema_touches);
}

void Block::write_rows(float* rows, std::size_t row_stride) const {
    if (write_together_ != nullptr && aligned()) {
        BlockSource source;
        gather(source);
        write_together_(source, plan_->entries(), rows, row_stride);
        return;
    }
    for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
        states_[lane]->write_row(rows + lane * row_stride);
    }
}

}  // namespace foxml::features
