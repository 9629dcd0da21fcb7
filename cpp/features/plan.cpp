#include "features/plan.hpp"

#include <algorithm>
#include <utility>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

const FeatureInfo& feature_of(const std::string& name, std::int64_t interval_ns) {
    const FeatureInfo* const feature = find(name);
    if (feature == nullptr) {
        throw InvalidInput("names: unknown feature '" + name + "'");
    }
    if ((feature->timeframes & timeframe_bit(interval_ns)) == 0) {
        throw InvalidInput("names: feature '" + name + "' has no meaning on bars of " + std::to_string(interval_ns) +
                           " ns");
    }
    return *feature;
}

Requirements requirements_of_all(std::span<const std::string> names, std::int64_t interval_ns) {
    if (timeframe_bit(interval_ns) == 0) {
        throw InvalidInput("interval_ns must be that of 1m, 5m, 15m, 1h or 1d bars, not " +
                           std::to_string(interval_ns));
    }
    Requirements all;
    for (auto name = names.begin(); name != names.end(); ++name) {
        if (std::find(names.begin(), name, *name) != name) {
            throw InvalidInput("names: feature '" + *name + "' is given twice");
        }
        all.merge(requirements_of(feature_of(*name, interval_ns), interval_ns));
    }
    return all;
}

}  // namespace

Plan::Plan(std::vector<std::string> names, std::int64_t interval_ns)
    : names_(std::move(names)),
      interval_ns_(interval_ns),
      requirements_(requirements_of_all(names_, interval_ns)),
      layout_(requirements_) {
    for (const std::string& name : names_) {
        const FeatureInfo* const feature = find(name);
        entries_.push_back(Entry{feature, features::warmup_bars(*feature, interval_ns_)});
    }
    for (const auto& timeframe : requirements_.higher) {
        higher_layouts_.emplace_back(timeframe.requirements);
    }
}

}  // namespace foxml::features
