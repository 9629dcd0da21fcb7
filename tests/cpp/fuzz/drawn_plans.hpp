#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "choices.hpp"
#include "features/catalogue.hpp"
#include "features/plan.hpp"

namespace foxml::fuzz {

/// An engine's terms.
struct Terms {
    std::shared_ptr<const features::Plan> plan;
    std::vector<features::Scale> scales;
    std::optional<std::size_t> benchmark;
};

inline int drawn_value(Choices& choices, const features::Parameter& parameter) {
    switch (choices.below(4)) {
        case 0:
            return parameter.minimum;
        case 1:
            return parameter.maximum;
        case 2:
            return parameter.minimum +
                   static_cast<int>(choices.word(2) %
                                    static_cast<std::uint64_t>(parameter.maximum - parameter.minimum + 1));
        default:
            return parameter.value;
    }
}

/// Features of the catalogue with other parameters, as many as are warm soon enough for an input.
inline std::shared_ptr<const features::Plan> drawn_plan(Choices& choices) {
    constexpr std::int64_t kMinutes[] = {1, 5, 15, 60, 1440};
    const std::int64_t interval_ns = kMinutes[choices.below(5)] * features::kMinuteNs;
    const std::int64_t warmup_max = choices.one_in(3) ? 2200 : 400;
    const auto all = features::catalogue();
    std::vector<features::Plan::Column> columns;
    for (std::size_t left = 1 + choices.below(24); left > 0; --left) {
        const features::FeatureInfo& feature = all[choices.word(2) % all.size()];
        if ((feature.timeframes & features::timeframe_bit(interval_ns)) == 0) {
            continue;
        }
        features::Plan::Column column{std::string("c").append(std::to_string(left)), std::string(feature.name), {}};
        for (const features::Parameter& parameter : feature.parameters) {
            column.parameters.emplace(parameter.name, drawn_value(choices, parameter));
        }
        if (features::Plan({column}, interval_ns).warmup_bars() <= warmup_max) {
            columns.push_back(std::move(column));
        }
    }
    return std::make_shared<const features::Plan>(columns, interval_ns);
}

inline Terms drawn_terms(Choices& choices) {
    constexpr std::size_t kCounts[] = {1, 1, 2, 8, 9, 10};
    constexpr features::Scale kScales[] = {{0.01, 1.0}, {1e-6, 1.0}, {1e-8, 1e-8}, {0.25, 1.0}, {1e-4, 1000.0}};
    Terms terms;
    terms.plan = drawn_plan(choices);
    const std::size_t count = kCounts[choices.below(6)];
    for (std::size_t i = 0; i < count; ++i) {
        terms.scales.push_back(kScales[choices.below(5)]);
    }
    if (terms.plan->needs_benchmark() || choices.one_in(4)) {
        terms.benchmark = choices.below(count);
    }
    return terms;
}

}  // namespace foxml::fuzz
