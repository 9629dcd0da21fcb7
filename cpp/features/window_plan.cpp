#include "features/window_plan.hpp"

#include <algorithm>
#include <bit>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

/// Fewer cells of a formula are sooner computed one by one.
constexpr std::size_t kMembersMin = 3;

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
    const bool wide = lanes[0].kind == ReadKind::wide_sum;
    const std::size_t word = wide ? layout_->prefix.word(static_cast<WideColumn>(lanes[0].what))
                                  : layout_->prefix.word(static_cast<Column>(lanes[0].what));
    const RingPlace place = layout_->prefix.ring(word);
    Words early;
    Words late;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        late.set(lane, place, lanes[lane].lag);
        early.set(lane, place, lanes[lane].lag + lanes[lane].window);
    }
    if (late.lags == Numbers{}) {
        add_sum(early, slot, wide);
    } else {
        lagged_sums_.push_back({early, late, slot, wide});
    }
}

void WindowPlan::add_sum(const Words& early, std::size_t slot, bool wide) {
    const auto same_rows = [&early](const Sums& sums) {
        return sums.early.lags == early.lags && sums.early.masks == early.masks && sums.early.strides == early.strides;
    };
    auto found = std::find_if(sums_.begin(), sums_.end(), same_rows);
    const auto word = static_cast<std::size_t>(early.offsets[0]);
    if (found == sums_.end()) {
        Words rows = early;
        rows.offsets = {};
        sums_.push_back({rows, {0, early.masks[0], early.strides[0]}, {}, {}});
        found = sums_.end() - 1;
    }
    (wide ? found->wide : found->narrow).push_back({word, slot});
}

void WindowPlan::gather_maximum(const Reads& lanes, std::size_t slot) {
    Maximum maximum{};
    maximum.slot = slot;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const FormulaRead& read = lanes[lane];
        const std::int64_t level = level_of(read.window);
        const RingPlace place = level_place(read, static_cast<std::size_t>(level));
        maximum.late.set(lane, place, read.lag);
        maximum.early.set(lane, place, read.lag + read.window - (std::int64_t{1} << level));
    }
    maxima_.push_back(maximum);
}

void WindowPlan::gather_since(const Reads& lanes, std::size_t slot) {
    Reads maxima = lanes;
    Since since{};
    std::int64_t longest = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        maxima[lane].kind = ReadKind::maximum;
        since.windows[lane] = lanes[lane].window;
        since.levels[lane] = level_of(lanes[lane].window);
        longest = std::max(longest, since.levels[lane]);
    }
    for (std::int64_t level = 0; level <= longest; ++level) {
        since.places.push_back(level_place(lanes[0], static_cast<std::size_t>(level)));
    }
    since.maximum = slot_of(maxima);
    since.slot = slot;
    since_.push_back(since);
}

RingPlace WindowPlan::level_place(const FormulaRead& read, std::size_t level) const {
    return layout_->extrema.ring(layout_->extrema.word(static_cast<Extremum>(read.what), level));
}

void WindowPlan::gather_average(const Reads& lanes, std::size_t slot) {
    Average average{{}, true, slot};
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        const SmoothingLayout::Place place = layout_->smoothings.place(lanes[lane].average);
        average.words.set(lane, {place.offset, place.mask, place.stride}, lanes[lane].lag);
        average.adjacent = average.adjacent &&
                           place.offset == average.words.offsets[0] + static_cast<std::int64_t>(lane) &&
                           place.mask == average.words.masks[0] && place.stride == average.words.strides[0] &&
                           lanes[lane].lag == lanes[0].lag;
    }
    averages_.push_back(average);
}

}  // namespace foxml::features
