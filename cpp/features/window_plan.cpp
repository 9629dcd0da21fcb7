#include "features/window_plan.hpp"

#include <algorithm>
#include <bit>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

/// Fewer cells of a formula are sooner computed one by one.
constexpr std::size_t kMembersMin = 2;

std::int64_t level_of(int window) noexcept { return std::bit_width(static_cast<unsigned>(window)) - 1; }

std::array<int, Parameters::kMax> values_of(const Params& params) noexcept {
    return {params.a, params.b, params.c, params.d};
}

/// The same reads whatever the integers are, or vectors cannot hold them.
bool same_reads(const std::vector<FormulaRead>& a, const std::vector<FormulaRead>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const FormulaRead& x, const FormulaRead& y) { return x.key == y.key; });
}

std::size_t slots_for(const FormulaRead& read) noexcept {
    return read.kind == ReadKind::wide_sum || read.kind == ReadKind::since_maximum ? 2 : 1;
}

}  // namespace

WindowPlan::WindowPlan(std::span<const Candidate> candidates, std::int64_t interval_ns, const Layout& layout)
    : layout_(&layout) {
    std::vector<std::vector<Candidate>> formulas;
    for (const Candidate& candidate : candidates) {
        if (!candidate.feature->takes_vectors) {
            continue;
        }
        const auto same = [&candidate](const std::vector<Candidate>& formula) {
            return formula[0].feature->finish == candidate.feature->finish;
        };
        const auto found = std::find_if(formulas.begin(), formulas.end(), same);
        (found == formulas.end() ? formulas.emplace_back() : *found).push_back(candidate);
    }
    for (const std::vector<Candidate>& formula : formulas) {
        for (std::size_t first = 0; first < formula.size(); first += kLanes) {
            add(std::span(formula).subspan(first, std::min(kLanes, formula.size() - first)), interval_ns);
        }
    }
    std::stable_sort(sums_.begin(), sums_.end(), [](const Sum& a, const Sum& b) { return a.early < b.early; });
}

void WindowPlan::add(std::span<const Candidate> members, std::int64_t interval_ns) {
    if (members.size() < kMembersMin) {
        return;
    }
    Group group{};
    group.number = members[0].number;
    group.adjacent = members.size() == kLanes;
    std::array<std::vector<FormulaRead>, kLanes> reads;
    std::size_t slots = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const Candidate& member = members[lane < members.size() ? lane : 0];
        reads[lane] = requirements_of(*member.feature, member.values, interval_ns).formula_reads;
        if (!same_reads(reads[lane], reads[0])) {
            return;
        }
        const auto values = values_of(member.values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            group.integers[i].whole[lane] = values[i];
            group.integers[i].real[lane] = values[i];
        }
        group.cells[lane] = static_cast<std::uint32_t>(member.cell);
        group.adjacent = group.adjacent && member.cell == members[0].cell + lane;
    }
    for (const FormulaRead& read : reads[0]) {
        slots += slots_for(read);
    }
    if (slot_count_ + slots > kSlotsMax) {
        return;
    }
    for (std::size_t i = 0; i < reads[0].size(); ++i) {
        Reads lanes;
        std::transform(reads.begin(), reads.end(), lanes.begin(), [i](const auto& of) { return of[i]; });
        group.places.push_back({reads[0][i].key, slot_of(lanes)});
    }
    for (const Candidate& member : members) {
        held_.resize(std::max(held_.size(), member.cell + 1));
        held_[member.cell] = true;
    }
    groups_.push_back(std::move(group));
}

std::size_t WindowPlan::slot_of(const Reads& lanes) {
    std::vector<std::uint64_t> identity;
    for (const FormulaRead& read : lanes) {
        const bool average = read.kind == ReadKind::average;
        identity.push_back(static_cast<std::uint64_t>(read.kind) << 32 | static_cast<std::uint64_t>(read.window) << 16 |
                           static_cast<std::uint64_t>(read.lag));
        identity.push_back(average ? read.average.key() : read.what);
    }
    const auto [found, is_new] = slots_.try_emplace(identity, slot_count_);
    const std::size_t slot = found->second;
    if (is_new) {
        slot_count_ += lanes[0].kind == ReadKind::wide_sum ? 2 : 1;
        gather(lanes, slot);
    }
    return slot;
}

void WindowPlan::gather(const Reads& lanes, std::size_t slot) {
    switch (lanes[0].kind) {
        case ReadKind::sum:
        case ReadKind::wide_sum:
            return gather_sum(lanes, slot);
        case ReadKind::maximum:
            return gather_maximum(lanes, slot);
        case ReadKind::since_maximum:
            return gather_since(lanes, slot);
        case ReadKind::average:
            return gather_average(lanes, slot);
    }
}

void WindowPlan::gather_sum(const Reads& lanes, std::size_t slot) {
    Numbers early;
    Numbers late;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        late[lane] = lanes[lane].lag;
        early[lane] = lanes[lane].lag + lanes[lane].window;
    }
    const bool wide = lanes[0].kind == ReadKind::wide_sum;
    const std::size_t word = wide ? layout_->prefix.word(static_cast<WideColumn>(lanes[0].what))
                                  : layout_->prefix.word(static_cast<Column>(lanes[0].what));
    const std::size_t early_rows = rows_at(early);
    sums_.push_back({early_rows, rows_at(late), word, slot, wide});
}

void WindowPlan::gather_maximum(const Reads& lanes, std::size_t slot) {
    Maximum maximum{};
    maximum.slot = slot;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const FormulaRead& read = lanes[lane];
        const std::int64_t level = level_of(read.window);
        maximum.late_lags[lane] = read.lag;
        maximum.early_lags[lane] = read.lag + read.window - (std::int64_t{1} << level);
        maximum.words[lane] =
            static_cast<std::int64_t>(layout_->extrema.word(static_cast<Extremum>(read.what))) + level;
    }
    maxima_.push_back(maximum);
}

void WindowPlan::gather_since(const Reads& lanes, std::size_t slot) {
    Reads maxima = lanes;
    Since since{};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        maxima[lane].kind = ReadKind::maximum;
        since.levels[lane] = level_of(lanes[lane].window);
        since.levels_max = std::max(since.levels_max, since.levels[lane]);
    }
    since.word = layout_->extrema.word(static_cast<Extremum>(lanes[0].what));
    since.maximum = slot_of(maxima);
    since.slot = slot;
    since_.push_back(since);
}

void WindowPlan::gather_average(const Reads& lanes, std::size_t slot) {
    Average average{};
    average.slot = slot;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const SmoothingLayout::Place place = layout_->smoothings.place(lanes[lane].average);
        average.offsets[lane] = place.offset;
        average.masks[lane] = place.mask;
        average.lags[lane] = lanes[lane].lag;
    }
    averages_.push_back(average);
}

std::size_t WindowPlan::rows_at(const Numbers& lags) {
    const auto found = std::find_if(rows_.begin(), rows_.end(), [&lags](const Rows& r) { return r.lags == lags; });
    if (found == rows_.end()) {
        rows_.push_back({lags, lags == Numbers{}});
        return rows_.size() - 1;
    }
    return static_cast<std::size_t>(found - rows_.begin());
}

}  // namespace foxml::features
