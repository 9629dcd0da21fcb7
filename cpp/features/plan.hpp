#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "features/catalogue.hpp"
#include "features/layout.hpp"
#include "features/requirements.hpp"
#include "features/window_plan.hpp"

namespace foxml::features {

/// Which features to compute on which bars, and the operators that they share.
class Plan {
   public:
    static constexpr std::size_t kNotKept = static_cast<std::size_t>(-1);

    /// One feature of the plan.
    struct Entry {
        const FeatureInfo* feature;
        std::size_t number;        ///< its place in the catalogue
        Params values;             ///< of the formula's integers
        std::int64_t warmup_bars;  ///< 0-based index of its first valid row
        std::size_t kept;          ///< its place in `kept()`, or kNotKept
    };

    /// An entry that reads one higher timeframe alone: its cell is computed once for each bar of that and kept.
    struct Kept {
        std::size_t entry;
        int minutes;               ///< of the timeframe
        std::int64_t warmup_bars;  ///< 0-based index of the first bar of the timeframe with a value
    };

    /// A column that was asked for: a feature of the catalogue, and the parameters that differ from its row's.
    struct Column {
        std::string name;
        std::string feature;
        std::map<std::string, int> parameters;
    };

    /// Parameters
    /// ----------
    /// columns : in the order of a row's cells
    /// interval_ns : length of the bars: 1m, 5m, 15m, 1h or 1d
    ///
    /// Throws InvalidInput naming a column that is given twice, a feature that is unknown or has no meaning on this
    /// interval, a parameter that is unknown or out of its bounds.
    Plan(const std::vector<Column>& columns, std::int64_t interval_ns);

    /// The same with every feature as in the catalogue.
    Plan(const std::vector<std::string>& names, std::int64_t interval_ns);

    [[nodiscard]] std::size_t feature_count() const noexcept { return entries_.size(); }
    [[nodiscard]] std::span<const std::string> names() const noexcept { return names_; }
    [[nodiscard]] std::int64_t interval_ns() const noexcept { return interval_ns_; }

    /// 0-based index of the first row at which every feature is valid.
    [[nodiscard]] std::int64_t warmup_bars() const noexcept { return requirements_.warmup_bars; }

    /// Raw bars to keep so that a state rebuilt from them goes on with the rows that a longer history gives.
    [[nodiscard]] std::int64_t history_bars() const noexcept { return warmup_bars() + 1; }

    [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }
    [[nodiscard]] std::span<const Kept> kept() const noexcept { return kept_; }
    /// Whether bars need the close of a benchmark beside them.
    [[nodiscard]] bool needs_benchmark() const noexcept { return requirements_.benchmark; }
    [[nodiscard]] const Requirements& requirements() const noexcept { return requirements_; }

    /// Where the operators of the plan's own bars keep their values.
    [[nodiscard]] const Layout& layout() const noexcept { return layout_; }

    /// The same for each higher timeframe, in the order of `requirements().higher`.
    [[nodiscard]] std::span<const Layout> higher_layouts() const noexcept { return higher_layouts_; }

    /// Cells of one symbol that are computed together.
    [[nodiscard]] const WindowPlan& windows() const noexcept { return windows_; }
    /// Entries that are not among them, by number.
    [[nodiscard]] std::span<const std::size_t> alone() const noexcept { return alone_; }

   private:
    std::vector<std::string> names_;
    std::int64_t interval_ns_;
    std::vector<Entry> entries_;
    std::vector<Kept> kept_;
    Requirements requirements_;
    Layout layout_;
    std::vector<Layout> higher_layouts_;
    WindowPlan windows_;
    std::vector<std::size_t> alone_;
};

}  // namespace foxml::features
