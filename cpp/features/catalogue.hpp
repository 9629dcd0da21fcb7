#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "features/params.hpp"
#include "features/requirements.hpp"

namespace foxml::features {

class View;
class Probe;

/// How far a value is free of where the history began.
///
///   exact      windowed: the same bits from any start, proved
///   session    the same bits from any start once the declared warm-up is over; within it, a start in the middle of a
///              session leaves the cell invalid until the next session
///   measured   recursive: two starts were seen to become bit-equal within the declared warm-up, on real bars; after
///              a very long flat stretch they need not be
enum class Guarantee : std::uint8_t { exact, session, measured };

[[nodiscard]] std::string_view name_of(Guarantee guarantee) noexcept;

/// Bits of `FeatureInfo::timeframes`: the bars on which a feature has a meaning.
enum TimeframeBit : std::uint32_t { k1m = 1, k5m = 2, k15m = 4, k1h = 8, k1d = 16 };

inline constexpr std::uint32_t kIntraday = k1m | k5m | k15m | k1h;
inline constexpr std::uint32_t kAnyTimeframe = kIntraday | k1d;

/// The bit of a bar length, or 0 if no feature is defined on such bars.
[[nodiscard]] std::uint32_t timeframe_bit(std::int64_t interval_ns) noexcept;

/// One row of the catalogue: everything that is known about a feature.
struct FeatureInfo {
    std::string_view id;
    std::string_view name;
    std::string_view group;
    std::string_view formula;
    std::string_view oracle;
    std::uint32_t timeframes;
    Guarantee guarantee;   ///< derived from the operators that the formula reads
    bool needs_benchmark;  ///< derived too

    Parameters parameters;
    bool takes_vectors;  ///< its formula works on vectors of its integers as well
    double (*finish)(const View&, const Params&);
    double (*probe)(const Probe&, const Params&);
    bool alone = false;  ///< the formula is no use to eight bars at a time
};

/// All features, in the order of their groups.
[[nodiscard]] std::span<const FeatureInfo> catalogue();

/// The feature of that name, or nullptr.
[[nodiscard]] const FeatureInfo* find(std::string_view name);

/// The operators that a feature reads on bars of `interval_ns`, found by running its formula once on a probe.
[[nodiscard]] Requirements requirements_of(const FeatureInfo& feature, const Params& values, std::int64_t interval_ns);

/// The same with the row's own values.
[[nodiscard]] Requirements requirements_of(const FeatureInfo& feature, std::int64_t interval_ns);

/// 0-based index of the first valid row of a feature, derived from the operators that it reads.
[[nodiscard]] std::int64_t warmup_bars(const FeatureInfo& feature, std::int64_t interval_ns);

}  // namespace foxml::features
