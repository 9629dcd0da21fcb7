#include "features/tape_memory.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <tuple>

#include "core/errors.hpp"
#include "features/interleaved.hpp"

namespace foxml::features {

namespace {

/// The returns that the columns reach back to, and as many of everything else that is not asked for more.
constexpr std::size_t kReachMin = 16;
static_assert(kReachMin >= LastReturns{}.size());

/// What is written of a stretch, or read: its bars, and up to the next multiple of eight from any first one.
constexpr std::size_t kLength = TapeMemory::kBars + kBlockLanes;

std::size_t whole_lanes(std::size_t words) noexcept { return (words + kBlockLanes - 1) / kBlockLanes * kBlockLanes; }

/// How many averages lie below one.
std::vector<std::size_t> depths_of(const SmoothingLayout& layout) {
    std::vector<std::size_t> depths;
    for (const auto& slot : layout.slots()) {
        std::size_t depth = 0;
        for (std::size_t i = 0; i < depths.size(); ++i) {
            for (std::size_t k = 0; k < slot.reads_count; ++k) {
                if (layout.slots()[i].place.offset == slot.reads[k].offset) {
                    depth = std::max(depth, depths[i] + 1);
                }
            }
        }
        depths.push_back(depth);
    }
    return depths;
}

}  // namespace

TapeMemory::TapeMemory(const Plan& plan) : layout_(plan.layout()), memory_(nullptr, &std::free), bars_(1 + kLength) {
    source_.layout = &layout_;
    source_.interval_ns = plan.interval_ns();
    source_.bars = bars_.data() + 1;
    add_bars();
    add_prefix(plan.requirements());
    add_extrema(plan.requirements());
    add_smoothings();
    add_gauges(plan.requirements());
    allocate();
    add_cells(plan);
    make_stages();
    for (const GaugeRead& read : plan.requirements().gauge_reads) {
        const auto i = static_cast<std::size_t>(&read - plan.requirements().gauge_reads.data());
        gauges_[layout_.gauges.number(read.gauge)].push_back({read.output, gauge_tapes_[i]});
        gauge_values_.push_back({read.gauge, read.output, gauge_tapes_[i]});
    }
    for (const auto& tapes : gauges_) {
        gauge_starts_.push_back(tapes.data());
    }
    source_.prefix = prefix_.data();
    source_.extrema = extrema_.data();
    source_.moments = moments_.data();
    source_.smoothings = smoothings_.data();
    source_.gauges = gauge_starts_.data();
    source_.cells = cell_starts_.data();
}

void TapeMemory::add(Tape tape, std::size_t reach) {
    reach = std::max(reach, kReachMin);
    const std::size_t at = words_ + whole_lanes(reach);
    spans_.push_back({tape, at, reach});
    words_ = at + kLength;
}

void TapeMemory::add_bars() {
    for (std::int64_t** const tape :
         {&source_.close_ns, &source_.session_open_ns, &source_.session_close_ns, &source_.open, &source_.high,
          &source_.low, &source_.close, &source_.volume, &source_.log_returns}) {
        add(tape, 0);
    }
    add(&source_.benchmark_ratio, 0);
}

void TapeMemory::add_prefix(const Requirements& requirements) {
    prefix_.resize(layout_.prefix.stride());
    prefix_reach_.resize(layout_.prefix.stride());
    for (const auto& [column, word] : layout_.prefix.wide()) {
        const auto rows = static_cast<std::size_t>(requirements.wide_rows[static_cast<std::size_t>(column)]);
        prefix_reach_[word] = prefix_reach_[word + 1] = rows;
    }
    for (const auto& [column, word] : layout_.prefix.narrow()) {
        prefix_reach_[word] = static_cast<std::size_t>(requirements.column_rows[static_cast<std::size_t>(column)]);
    }
    for (std::size_t word = 0; word < prefix_.size(); ++word) {
        add(&prefix_[word], prefix_reach_[word]);
    }
}

void TapeMemory::add_extrema(const Requirements& requirements) {
    extrema_.resize(layout_.extrema.stride());
    extrema_reach_.resize(layout_.extrema.stride());
    moments_.resize(layout_.extrema.stride());
    for (const auto& place : layout_.extrema.places()) {
        for (std::size_t level = 0; level < place.levels; ++level) {
            const std::size_t word = place.words[level];
            const std::size_t reach = layout_.extrema.rows().rows_kept(word);
            extrema_reach_[word] = reach;
            add(&extrema_[word], reach);
            if (requirements.extremum_since[static_cast<std::size_t>(place.extremum)]) {
                add(&moments_[word], reach);
            }
        }
    }
}

void TapeMemory::add_smoothings() {
    smoothings_.resize(layout_.smoothings.size());
    made_inputs_.resize(layout_.smoothings.slots().size());
    std::size_t i = 0;
    for (const auto& slot : layout_.smoothings.slots()) {
        add(&smoothings_[slot.place.offset], slot.place.mask + 1);
        if (slot.reads_count == 0) {
            double*& series = source_.series[static_cast<std::size_t>(slot.smoothing.source.series)];
            const auto asked = [&series](const Span& span) {
                const auto* const reals = std::get_if<double**>(&span.tape);
                return reals != nullptr && *reals == &series;
            };
            if (std::none_of(spans_.begin(), spans_.end(), asked)) {
                add(&series, 0);
            }
        } else if (slot.reads_count == 2) {
            add(&made_inputs_[i], 0);
        }
        ++i;
    }
    add(&unread_, 0);
}

void TapeMemory::add_gauges(const Requirements& requirements) {
    gauges_.resize(layout_.gauges.specs().size());
    gauge_tapes_.resize(requirements.gauge_reads.size());
    for (double*& tape : gauge_tapes_) {
        add(&tape, 0);
    }
}

void TapeMemory::add_cells(const Plan& plan) {
    for (const Plan::Entry& entry : plan.entries()) {
        if (entry.feature->alone) {
            cells_.push_back({&entry, nullptr});
        }
    }
    cell_values_.resize(cells_.size() * kLength);
    cell_starts_.resize(plan.feature_count());
    for (std::size_t i = 0; i < cells_.size(); ++i) {
        cells_[i].values = cell_values_.data() + i * kLength;
        cell_starts_[static_cast<std::size_t>(cells_[i].entry - plan.entries().data())] = cells_[i].values;
    }
}

void TapeMemory::allocate() {
    const std::size_t bytes = words_ * sizeof(std::uint64_t);
    memory_.reset(static_cast<std::uint64_t*>(allocate_block(bytes)));
    std::memset(memory_.get(), 0, bytes);
    for (const Span& span : spans_) {
        void* const at = memory_.get() + span.at;
        std::visit([at](auto tape) { *tape = static_cast<std::remove_pointer_t<decltype(tape)>>(at); }, span.tape);
    }
}

void TapeMemory::make_stages() {
    const std::vector<std::size_t> depths = depths_of(layout_.smoothings);
    const std::size_t stages = depths.empty() ? 0 : *std::max_element(depths.begin(), depths.end()) + 1;
    for (std::size_t depth = 0; depth < stages; ++depth) {
        make_stage(depth, depths);
    }
    for (std::size_t depth = 0; depth < stages; ++depth) {
        stages_.push_back({stage_inputs_[depth], stage_groups_[depth]});
    }
    source_.stages = stages_;
}

void TapeMemory::make_stage(std::size_t depth, const std::vector<std::size_t>& depths) {
    struct Average {
        const SmoothingLayout::Slot* slot;
        const double* input;
    };
    std::vector<Average> averages;
    std::vector<SmoothingInput>& inputs = stage_inputs_.emplace_back();
    for (std::size_t i = 0; i < depths.size(); ++i) {
        const auto& slot = layout_.smoothings.slots()[i];
        if (depths[i] != depth) {
            continue;
        }
        const Series series = slot.smoothing.source.series;
        if (slot.reads_count == 2) {
            inputs.push_back(
                {series, smoothings_[slot.reads[0].offset], smoothings_[slot.reads[1].offset], made_inputs_[i]});
            averages.push_back({&slot, made_inputs_[i]});
        } else {
            averages.push_back({&slot, slot.reads_count == 1 ? smoothings_[slot.reads[0].offset]
                                                             : source_.series[static_cast<std::size_t>(series)]});
        }
    }
    // Those of one input side by side.
    std::sort(averages.begin(), averages.end(), [](const Average& a, const Average& b) {
        return std::tuple(a.input, a.slot) < std::tuple(b.input, b.slot);
    });
    std::vector<SmoothingGroup>& groups = stage_groups_.emplace_back();
    for (std::size_t first = 0; first < averages.size(); first += kBlockLanes) {
        SmoothingGroup& group = groups.emplace_back();
        group.same_input = true;
        for (std::size_t lane = 0; lane < kBlockLanes; ++lane) {
            const bool there = first + lane < averages.size();
            const Average& average = averages[there ? first + lane : first];
            group.alpha[lane] = average.slot->alpha;
            group.inputs[lane] = average.input;
            group.values[lane] = there ? smoothings_[average.slot->place.offset] : unread_;
            group.same_input = group.same_input && average.input == averages[first].input;
        }
    }
}

void TapeMemory::load(Operators& operators) {
    const std::int64_t last = operators.place();
    // Takes the word of each of the last `rows` bars, the last one just before the stretch.
    const auto take = [last](auto* tape, std::size_t rows, auto word_at) {
        for (std::size_t i = 0; i < rows; ++i) {
            *(tape - 1 - i) = word_at(last - static_cast<std::int64_t>(i));
        }
    };
    for (std::size_t word = 0; word < prefix_.size(); ++word) {
        take(prefix_[word], std::min(prefix_reach_[word], layout_.prefix.rows().rows_kept(word)),
             [&](std::int64_t place) { return operators.prefix().word(place, word); });
    }
    for (std::size_t word = 0; word < extrema_.size(); ++word) {
        take(extrema_[word], extrema_reach_[word],
             [&](std::int64_t place) { return operators.extrema().word(place, word); });
    }
    for (const auto& slot : layout_.smoothings.slots()) {
        take(smoothings_[slot.place.offset], slot.place.mask + 1,
             [&](std::int64_t place) { return operators.smoothings().word(slot.place, place); });
    }
    source_.scale = operators.scale();
    load_moments(operators.bars_seen() - 1);
    load_bars(operators);
}

/// When each extreme was: the rings do not say. What lies further back than anything reads counts as nothing.
void TapeMemory::load_moments(std::int64_t last_index) {
    for (const auto& place : layout_.extrema.places()) {
        if (moments_[place.words[0]] == nullptr) {
            continue;
        }
        auto reach = static_cast<std::ptrdiff_t>(extrema_reach_[place.words[0]]);
        for (std::ptrdiff_t at = -reach; at < 0; ++at) {
            moments_[place.words[0]][at] = last_index + 1 + at;
        }
        for (std::size_t level = 1; level < place.levels; ++level) {
            const std::size_t word = place.words[level];
            const std::size_t below = place.words[level - 1];
            const auto half = std::ptrdiff_t{1} << (level - 1);
            reach = std::min(reach, static_cast<std::ptrdiff_t>(extrema_reach_[word]));
            for (std::ptrdiff_t at = -reach; at < 0; ++at) {
                const std::ptrdiff_t early = at - half;
                const bool is_early = early >= -reach && extrema_[below][early] > extrema_[below][at];
                moments_[word][at] = moments_[below][is_early ? early : at];
            }
        }
    }
}

void TapeMemory::load_bars(const Operators& operators) {
    put_bar(-1, operators.bar());
    // Before the second bar nothing has changed.
    put_bar(-2, operators.bars_seen() > 1 ? operators.previous() : operators.bar());
    for (std::size_t i = 0; i < operators.last_returns().size(); ++i) {
        *(source_.log_returns - 1 - i) = operators.last_returns()[i];
    }
    last_ = operators.bar();
    source_.count = 0;
}

void TapeMemory::put_bar(std::ptrdiff_t at, const IntegerBar& bar) noexcept {
    source_.close_ns[at] = bar.close_ns;
    source_.session_open_ns[at] = bar.session_open_ns;
    source_.session_close_ns[at] = bar.session_close_ns;
    source_.open[at] = bar.open;
    source_.high[at] = bar.high;
    source_.low[at] = bar.low;
    source_.close[at] = bar.close;
    source_.volume[at] = bar.volume;
    source_.benchmark_ratio[at] = bar.benchmark_ratio();
}

void TapeMemory::begin(std::size_t count, std::int64_t first_index) {
    FOXML_ASSERT(count > 0 && count <= kBars);
    if (source_.count > 0) {
        for (const Span& span : spans_) {
            std::uint64_t* const before = memory_.get() + span.at - span.reach;
            std::memmove(before, before + source_.count, span.reach * sizeof(std::uint64_t));
        }
    }
    bars_[0] = last_;
    last_ = bars_[count];
    // Lanes without a bar have the last one again: numbers that nothing minds.
    std::fill_n(bars_.begin() + 1 + static_cast<std::ptrdiff_t>(count), kBlockLanes, last_);
    for (std::size_t i = 0; i < count + kBlockLanes; ++i) {
        put_bar(static_cast<std::ptrdiff_t>(i), bars_[1 + i]);
    }
    source_.first_index = first_index;
    source_.count = count;
}

}  // namespace foxml::features
