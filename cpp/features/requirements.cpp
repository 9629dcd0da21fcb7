#include "features/requirements.hpp"

#include <algorithm>
#include <functional>

namespace foxml::features {

namespace {

template <std::size_t Size>
void raise(std::array<int, Size>& to, const std::array<int, Size>& from) {
    std::transform(from.begin(), from.end(), to.begin(), to.begin(), [](int a, int b) { return std::max(a, b); });
}

}  // namespace

bool Requirements::only_higher() const noexcept {
    const auto unused = [](int rows) { return rows == 0; };
    return higher.size() == 1 && higher[0].requirements.higher.empty() && !higher[0].requirements.session && !bar &&
           !session && !benchmark && smoothings.empty() && gauges.empty() &&
           std::all_of(column_rows.begin(), column_rows.end(), unused) &&
           std::all_of(wide_rows.begin(), wide_rows.end(), unused) && extremum_reads.empty();
}

void Requirements::merge(const Requirements& other) {
    raise(column_rows, other.column_rows);
    raise(wide_rows, other.wide_rows);
    for (std::size_t i = 0; i < kExtrema; ++i) {
        raise(extremum_rows[i], other.extremum_rows[i]);
    }
    for (const auto& [smoothing, rows] : other.smoothings) {
        add(smoothing, rows);
    }
    for (const GaugeSpec& gauge : other.gauges) {
        add(gauge);
    }
    for (const GaugeRead& read : other.gauge_reads) {
        add(read);
    }
    std::transform(extremum_since.begin(), extremum_since.end(), other.extremum_since.begin(), extremum_since.begin(),
                   std::logical_or<>());
    bar = bar || other.bar;
    column_reads.insert(other.column_reads.begin(), other.column_reads.end());
    wide_reads.insert(other.wide_reads.begin(), other.wide_reads.end());
    extremum_reads.insert(other.extremum_reads.begin(), other.extremum_reads.end());
    extremum_searches.insert(other.extremum_searches.begin(), other.extremum_searches.end());
    session = session || other.session;
    benchmark = benchmark || other.benchmark;
    recursive = recursive || other.recursive;
    for (const Higher& timeframe : other.higher) {
        higher_at(timeframe.minutes).merge(timeframe.requirements);
    }
    warm(other.warmup_bars);
}

Requirements& Requirements::higher_at(int minutes) {
    const auto place =
        std::find_if(higher.begin(), higher.end(), [minutes](const Higher& h) { return h.minutes >= minutes; });
    if (place != higher.end() && place->minutes == minutes) {
        return place->requirements;
    }
    return higher.insert(place, Higher{minutes, {}})->requirements;
}

void Requirements::add(const Smoothing& smoothing, int rows) {
    const auto found = std::find_if(smoothings.begin(), smoothings.end(),
                                    [&smoothing](const KeptSmoothing& kept) { return kept.smoothing == smoothing; });
    if (found == smoothings.end()) {
        smoothings.push_back({smoothing, rows});
    } else {
        found->rows = std::max(found->rows, rows);
    }
}

void Requirements::note(const FormulaRead& read) {
    if (std::none_of(formula_reads.begin(), formula_reads.end(),
                     [&read](const FormulaRead& noted) { return noted.key == read.key; })) {
        formula_reads.push_back(read);
    }
}

void Requirements::add(const GaugeSpec& gauge) {
    if (std::find(gauges.begin(), gauges.end(), gauge) == gauges.end()) {
        gauges.push_back(gauge);
    }
}

void Requirements::add(const GaugeRead& read) {
    if (std::find(gauge_reads.begin(), gauge_reads.end(), read) == gauge_reads.end()) {
        gauge_reads.push_back(read);
    }
}

}  // namespace foxml::features
