#include "features/layout.hpp"

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

}  // namespace

Layout::Layout(const Requirements& requirements)
    : columns(columns_of(requirements)),
      prefix(requirements),
      extrema(requirements),
      smoothings(requirements.smoothings),
      gauges(requirements.gauges) {}

}  // namespace foxml::features
