#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

#include "features/columns.hpp"
#include "features/count.hpp"
#include "features/gauge_spec.hpp"
#include "features/smoothing.hpp"

namespace foxml::features {

/// A price whose window extremes are kept.
enum class Extremum : std::uint8_t { high, low, high_close, low_close };
inline constexpr std::size_t kExtrema = 4;
/// Levels of an extremum's table: level k is the extreme of 2^k bars.
inline constexpr std::size_t kExtremumLevels = 16;

/// A word of a ring: of what is kept there, and how many bars ago; of an extremum the level of its table too.
template <typename Kept>
struct RingRead {
    Kept kept;
    int lag;
    int level = 0;

    auto operator<=>(const RingRead&) const = default;
};

/// What a formula has read.
struct FormulaRead {
    std::uint64_t key;  ///< see read_key
    ReadKind kind;
    std::uint8_t what;  ///< column or extremum
    Smoothing average{Forgetting::ema, Series::close, 1};
    int window;
    int lag;
};

/// A value of a gauge; what `output` counts is the gauge's own.
struct GaugeRead {
    GaugeSpec gauge;
    int output;

    bool operator==(const GaugeRead&) const = default;
};

/// A window, and what is the last of its bars with the extreme of all.
struct ExtremumSearch {
    Extremum extremum;
    int window;

    auto operator<=>(const ExtremumSearch&) const = default;
};

/// What the formulas of a plan read of the operators, on one timeframe and on those above it.
struct Requirements {
    /// Rows of the prefix ring that a column is read over: window plus lag; 0 = unused.
    std::array<int, kColumns> column_rows{};
    std::array<int, kWideColumns> wide_rows{};

    /// Rows of the table of extremes that a level of an extremum is read at, the last one included; 0 = unused.
    std::array<std::array<int, kExtremumLevels>, kExtrema> extremum_rows{};

    /// What is read of the rings, word by word: what a block asks of memory ahead of time.
    std::set<RingRead<Column>> column_reads;
    std::set<RingRead<WideColumn>> wide_reads;
    std::set<RingRead<Extremum>> extremum_reads;

    /// All reads of a formula by itself, each once.
    std::vector<FormulaRead> formula_reads;

    /// Windows in which an extreme is searched for.
    std::set<ExtremumSearch> extremum_searches;

    /// Recursive averages, each after those that it reads.
    std::vector<KeptSmoothing> smoothings;

    /// Order statistics, state machines and the like, and what formulas read of them.
    std::vector<GaugeSpec> gauges;
    std::vector<GaugeRead> gauge_reads;

    /// Extremes of which it is asked how long ago they were.
    std::array<bool, kExtrema> extremum_since{};

    /// The last bar itself, the one before it, or how many there were.
    bool bar = false;
    bool session = false;
    bool benchmark = false;
    /// Something besides the averages has no end to its memory.
    bool recursive = false;

    struct Higher;
    /// Timeframes above the plan's own, shortest first.
    std::vector<Higher> higher;

    /// 0-based index of the first row at which all of these are valid.
    std::int64_t warmup_bars = 0;

    /// Whether nothing is read but one higher timeframe: the value changes only when a bar of it completes.
    [[nodiscard]] bool only_higher() const noexcept;

    void merge(const Requirements& other);
    [[nodiscard]] Requirements& higher_at(int minutes);

    void add(const Smoothing& smoothing, int rows);
    void add(const GaugeSpec& gauge);
    void note(const FormulaRead& read);
    void add(const GaugeRead& read);
    void warm(std::int64_t bars) noexcept { warmup_bars = warmup_bars > bars ? warmup_bars : bars; }
};

struct Requirements::Higher {
    int minutes = 0;
    Requirements requirements;
};

}  // namespace foxml::features
