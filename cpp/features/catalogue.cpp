#include "features/catalogue.hpp"

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "features/formulas.hpp"

namespace foxml::features {

namespace {

constexpr std::pair<std::uint32_t, std::int64_t> kTimeframes[] = {
    {k1m, kMinuteNs}, {k5m, 5 * kMinuteNs}, {k15m, 15 * kMinuteNs}, {k1h, 60 * kMinuteNs}, {k1d, 1440 * kMinuteNs}};

bool recursive(const Requirements& requirements) {
    return !requirements.smoothings.empty() || requirements.recursive ||
           std::any_of(requirements.higher.begin(), requirements.higher.end(),
                       [](const Requirements::Higher& above) { return recursive(above.requirements); });
}

/// What the table's own columns are derived from: the feature's operators on the shortest bars that it is for.
Requirements typical_requirements(const FeatureInfo& feature) {
    const auto shortest = static_cast<std::size_t>(std::countr_zero(feature.timeframes));
    return requirements_of(feature, kTimeframes[shortest].second);
}

Guarantee guarantee_of(const Requirements& requirements) {
    if (recursive(requirements)) {
        return Guarantee::measured;
    }
    return requirements.session ? Guarantee::session : Guarantee::exact;
}

std::vector<FeatureInfo> all_features() {
    const std::pair<std::string_view, std::span<const FeatureInfo>> groups[] = {
        {"A", return_features()},    {"B", average_features()},    {"C", oscillator_features()},
        {"D", band_features()},      {"E", volatility_features()}, {"F", volume_features()},
        {"G", statistic_features()}, {"G", rank_features()},       {"G", benchmark_features()},
        {"G", drawdown_features()},  {"H", candle_features()},     {"I", session_features()},
        {"J", higher_features()}};
    std::vector<FeatureInfo> all;
    for (const auto& [group, features] : groups) {
        for (FeatureInfo feature : features) {
            feature.group = group;
            const Requirements requirements = typical_requirements(feature);
            feature.guarantee = guarantee_of(requirements);
            feature.needs_benchmark = requirements.benchmark;
            all.push_back(feature);
        }
    }
    return all;
}

}  // namespace

std::string_view name_of(Guarantee guarantee) noexcept {
    switch (guarantee) {
        case Guarantee::exact:
            return "exact";
        case Guarantee::session:
            return "session";
        case Guarantee::measured:
            return "measured";
    }
    return "";
}

std::uint32_t timeframe_bit(std::int64_t interval_ns) noexcept {
    for (const auto& [bit, length_ns] : kTimeframes) {
        if (length_ns == interval_ns) {
            return bit;
        }
    }
    return 0;
}

std::span<const FeatureInfo> catalogue() {
    static const std::vector<FeatureInfo> features = all_features();
    return features;
}

const FeatureInfo* find(std::string_view name) {
    const auto features = catalogue();
    const auto found =
        std::find_if(features.begin(), features.end(), [name](const FeatureInfo& f) { return f.name == name; });
    return found == features.end() ? nullptr : &*found;
}

Requirements requirements_of(const FeatureInfo& feature, const Params& values, std::int64_t interval_ns) {
    Requirements requirements;
    (void)feature.probe(Probe(requirements, interval_ns), values);
    return requirements;
}

Requirements requirements_of(const FeatureInfo& feature, std::int64_t interval_ns) {
    return requirements_of(feature, feature.parameters.values(), interval_ns);
}

std::int64_t warmup_bars(const FeatureInfo& feature, std::int64_t interval_ns) {
    return requirements_of(feature, interval_ns).warmup_bars;
}

}  // namespace foxml::features
