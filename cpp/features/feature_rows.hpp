#pragma once

#include <span>
#include <type_traits>

#include "features/catalogue.hpp"
#include "features/count.hpp"
#include "features/probe.hpp"

namespace foxml::features {

/// What a group's table is made of where formulas are compiled for one symbol at a time.
using Row = FeatureInfo;

/// Whether a formula works on vectors of its integers as well as on numbers: one that takes them as Params does not.
template <typename Formula>
inline constexpr bool kTakesVectors = std::is_invocable_v<Formula, const Probe&, const Counts&>;

template <typename Formula>
double probed(const Probe& probe, const Params& params) {
    if constexpr (kTakesVectors<Formula>) {
        return Formula{}(probe, Counts(params));
    } else {
        return Formula{}(probe, params);
    }
}

/// A row of the catalogue. Group, guarantee and need of a benchmark are filled in by `catalogue()`.
template <typename Formula>
[[nodiscard]] constexpr FeatureInfo row(std::string_view id, std::string_view name, std::string_view formula_text,
                                        std::uint32_t timeframes, std::string_view oracle, const Parameters& parameters,
                                        Formula formula) {
    return FeatureInfo{id,
                       name,
                       {},
                       formula_text,
                       oracle,
                       timeframes,
                       Guarantee::exact,
                       false,
                       parameters,
                       kTakesVectors<Formula>,
                       static_cast<double (*)(const View&, const Params&)>(formula),
                       probed<Formula>};
}

/// A row whose formula is no use to eight symbols at a time: it loops as far as its data say, or reads what each symbol
/// keeps for itself.
template <typename Formula>
[[nodiscard]] constexpr FeatureInfo scalar_row(std::string_view id, std::string_view name,
                                               std::string_view formula_text, std::uint32_t timeframes,
                                               std::string_view oracle, const Parameters& parameters, Formula formula) {
    FeatureInfo info = row(id, name, formula_text, timeframes, oracle, parameters, formula);
    info.alone = true;
    return info;
}

[[nodiscard]] std::span<const FeatureInfo> return_features();
[[nodiscard]] std::span<const FeatureInfo> average_features();
[[nodiscard]] std::span<const FeatureInfo> oscillator_features();
[[nodiscard]] std::span<const FeatureInfo> band_features();
[[nodiscard]] std::span<const FeatureInfo> volatility_features();
[[nodiscard]] std::span<const FeatureInfo> volume_features();
[[nodiscard]] std::span<const FeatureInfo> statistic_features();
[[nodiscard]] std::span<const FeatureInfo> rank_features();
[[nodiscard]] std::span<const FeatureInfo> benchmark_features();
[[nodiscard]] std::span<const FeatureInfo> drawdown_features();
[[nodiscard]] std::span<const FeatureInfo> candle_features();
[[nodiscard]] std::span<const FeatureInfo> session_features();
[[nodiscard]] std::span<const FeatureInfo> higher_features();

}  // namespace foxml::features
