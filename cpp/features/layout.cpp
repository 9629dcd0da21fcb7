#include "features/layout.hpp"

#include <algorithm>
#include <utility>

namespace foxml::features {

namespace {

ColumnSet columns_of(const Requirements& requirements) {
    ColumnSet used;
    for (std::size_t i = 0; i < kColumns; ++i) {
        if (requirements.column_rows[i] > 0) {
            used.add(static_cast<Column>(i));
        }
    }
    for (std::size_t i = 0; i < kWideColumns; ++i) {
        if (requirements.wide_rows[i] > 0) {
            used.add(static_cast<WideColumn>(i));
        }
    }
    for (const KeptSmoothing& kept : requirements.smoothings) {
        if (kept.smoothing.source.series == Series::return_square) {
            used.add(Column::log_return);
        }
    }
    return used;
}

Layout::Touch touch(std::size_t word, int lag) {
    return {static_cast<std::uint32_t>(word), static_cast<std::int32_t>(lag)};
}

/// Memory is quickest where one asks for neighbours.
std::vector<Layout::Touch> once_each(std::vector<Layout::Touch> touches) {
    std::sort(touches.begin(), touches.end(),
              [](const auto& a, const auto& b) { return a.lag != b.lag ? a.lag < b.lag : a.word < b.word; });
    touches.erase(std::unique(touches.begin(), touches.end()), touches.end());
    return touches;
}

std::vector<Layout::Touch> prefix_touches_of(const Requirements& requirements, const PrefixLayout& layout) {
    std::vector<Layout::Touch> touches;
    for (const auto& read : requirements.column_reads) {
        touches.push_back(touch(layout.word(read.kept), read.lag));
    }
    for (const auto& read : requirements.wide_reads) {
        touches.push_back(touch(layout.word(read.kept), read.lag));
        touches.push_back(touch(layout.word(read.kept) + 1, read.lag));
    }
    // The new row, and the one before, which it is added to.
    for (std::size_t word = 0; word < layout.stride(); ++word) {
        touches.push_back(touch(word, 0));
        touches.push_back(touch(word, 1));
    }
    return once_each(std::move(touches));
}

std::vector<Layout::Touch> extrema_touches_of(const Requirements& requirements, const ExtremaLayout& layout) {
    std::vector<Layout::Touch> touches;
    for (const auto& read : requirements.extremum_reads) {
        touches.push_back(touch(layout.word(read.kept, static_cast<std::size_t>(read.level)), read.lag));
    }
    for (const auto& place : layout.places()) {
        for (std::size_t level = 0; level < place.levels; ++level) {
            touches.push_back(touch(place.words[level], 0));
            if (level + 1 < place.levels) {
                touches.push_back(touch(place.words[level], 1 << level));
            }
        }
    }
    return once_each(std::move(touches));
}

}  // namespace

Layout::Layout(const Requirements& requirements)
    : columns(columns_of(requirements)),
      prefix(requirements),
      extrema(requirements),
      smoothings(requirements.smoothings),
      gauges(requirements.gauges),
      prefix_touches(prefix_touches_of(requirements, prefix)),
      extrema_touches(extrema_touches_of(requirements, extrema)),
      searches(requirements.extremum_searches.begin(), requirements.extremum_searches.end()) {}

}  // namespace foxml::features
