#include "features/layout.hpp"

namespace foxml::features {

namespace {

LogarithmsUsed logarithms_of(const Requirements& requirements) {
    const auto narrow = [&](Column column) { return requirements.column_rows[static_cast<std::size_t>(column)] > 0; };
    const auto wide = [&](WideColumn column) { return requirements.wide_rows[static_cast<std::size_t>(column)] > 0; };
    LogarithmsUsed logs;
    logs.returns = narrow(Column::log_return) || wide(WideColumn::return_square) || wide(WideColumn::downside_square) ||
                   wide(WideColumn::return_lag1);
    logs.gap = narrow(Column::log_gap) || wide(WideColumn::log_gap_square);
    logs.body = narrow(Column::log_body) || wide(WideColumn::log_body_square);
    logs.range = wide(WideColumn::log_range_square);
    logs.rogers_satchell = wide(WideColumn::rogers_satchell);
    logs.volume = narrow(Column::log_volume) || wide(WideColumn::log_volume_square);
    for (const Smoothing& smoothing : requirements.smoothings) {
        logs.returns = logs.returns || smoothing.series == Series::return_square;
    }
    return logs;
}

}  // namespace

Layout::Layout(const Requirements& requirements)
    : logs(logarithms_of(requirements)),
      prefix(requirements),
      extrema(requirements),
      smoothings(requirements.smoothings) {}

}  // namespace foxml::features
