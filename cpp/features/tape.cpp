#include "features/tape.hpp"

#include <algorithm>
#include <utility>

#include "core/errors.hpp"
#include "features/gauge.hpp"
#include "features/probe.hpp"

namespace foxml::features {

namespace {

/// What is read of the operators bar by bar.
Requirements alone_of(const Plan& plan) {
    Requirements alone;
    const Probe probe(alone, plan.interval_ns());
    for (const GaugeSpec& gauge : plan.requirements().gauges) {
        probe_gauge(gauge, probe);
    }
    for (const Plan::Entry& entry : plan.entries()) {
        if (entry.feature->alone) {
            (void)entry.feature->probe(probe, entry.values);
        }
    }
    return alone;
}

}  // namespace

Tape::Tape(std::shared_ptr<const Plan> plan, Isa isa)
    : plan_(std::move(plan)),
      update_(isa == Isa::avx512 ? update_tapes_avx512 : update_tapes_avx2),
      write_(isa == Isa::avx512 ? write_tape_rows_avx512 : write_tape_rows_avx2),
      memory_(*plan_) {
    static_assert(RowTarget::kColumnFloats >= kBars + kBlockLanes);
    FOXML_ASSERT(isa != Isa::scalar);
    columns_.resize(plan_->feature_count() * RowTarget::kColumnFloats);
    turned_.resize(plan_->feature_count() * RowTarget::kRowsTogether);
    note_alone();
}

void Tape::note_alone() {
    const Layout& layout = plan_->layout();
    const Requirements alone = alone_of(*plan_);
    for (const auto& [column, word] : layout.prefix.wide()) {
        for (const std::size_t half : {word, word + 1}) {
            all_.prefix.push_back(half);
            if (alone.wide_rows[static_cast<std::size_t>(column)] > 0) {
                alone_.prefix.push_back(half);
            }
        }
    }
    for (const auto& [column, word] : layout.prefix.narrow()) {
        all_.prefix.push_back(word);
        if (alone.column_rows[static_cast<std::size_t>(column)] > 0) {
            alone_.prefix.push_back(word);
        }
    }
    for (const auto& place : layout.extrema.places()) {
        for (std::size_t level = 0; level < place.levels; ++level) {
            all_.extrema.push_back(place.words[level]);
            if (alone.extremum_rows[static_cast<std::size_t>(place.extremum)][level] > 0) {
                alone_.extrema.push_back(place.words[level]);
            }
        }
    }
    for (const auto& slot : layout.smoothings.slots()) {
        all_.smoothings.push_back(slot.place);
        const auto is_slot = [&slot](const KeptSmoothing& kept) { return kept.smoothing == slot.smoothing; };
        if (std::any_of(alone.smoothings.begin(), alone.smoothings.end(), is_slot)) {
            alone_.smoothings.push_back(slot.place);
        }
        seeded_at_ = std::max(seeded_at_, slot.seed_at);
        rows_kept_ = std::max(rows_kept_, std::size_t{slot.place.mask} + 1);
    }
    rows_kept_ = std::max({rows_kept_, layout.prefix.rows().rows_kept(), layout.extrema.rows().rows_kept()});
}

void Tape::take(SymbolState& state, std::size_t count, std::size_t whole) {
    memory_.begin(count, state.bars_seen());
    update_(memory_.source());
    follow(state, whole);
}

void Tape::write_rows(std::size_t first, std::size_t count, float* rows, bool streamed) {
    write_(memory_.source(), plan_->entries(), first, count, {columns_.data(), turned_.data(), rows, streamed});
}

void Tape::follow(SymbolState& state, std::size_t whole) {
    const TapeSource& source = memory_.source();
    Operators& operators = state.operators();
    const std::size_t gauges = plan_->layout().gauges.specs().size();
    for (std::size_t i = 0; i < source.count; ++i) {
        put(operators, i + whole < source.count ? alone_ : all_, i);
        state.advance(source.bars[i], source.log_returns[i]);
        for (std::size_t number = 0; number < gauges; ++number) {
            state.update_gauge(number);
        }
        for (const auto& [gauge, output, values] : memory_.gauge_values()) {
            values[i] = operators.gauge(gauge).value(output);
        }
        if (state.ready()) {
            for (const auto& [entry, values] : memory_.cells()) {
                values[i] = static_cast<float>(state.cell(*entry));
            }
        }
    }
}

void Tape::put(Operators& operators, const Words& words, std::size_t i) const noexcept {
    const TapeSource& source = memory_.source();
    const std::int64_t place = operators.place() + 1;
    for (const std::size_t word : words.prefix) {
        operators.prefix().word(place, word) = source.prefix[word][i];
    }
    for (const std::size_t word : words.extrema) {
        operators.extrema().word(place, word) = source.extrema[word][i];
    }
    for (const SmoothingLayout::Place slot : words.smoothings) {
        operators.smoothings().word(slot, place) = source.smoothings[slot.offset][i];
    }
}

}  // namespace foxml::features
