#include "features/plan.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

const FeatureInfo& feature_of(const std::string& name, std::int64_t interval_ns) {
    const FeatureInfo* const feature = find(name);
    if (feature == nullptr) {
        throw InvalidInput("columns: unknown feature '" + name + "'");
    }
    if ((feature->timeframes & timeframe_bit(interval_ns)) == 0) {
        throw InvalidInput("columns: feature '" + name + "' has no meaning on bars of " + std::to_string(interval_ns) +
                           " ns");
    }
    return *feature;
}

int bounded(const Plan::Column& column, const Parameter& parameter) {
    const auto found = column.parameters.find(std::string(parameter.name));
    if (found == column.parameters.end()) {
        return parameter.value;
    }
    const int value = found->second;
    if (value < parameter.minimum || value > parameter.maximum) {
        throw InvalidInput("columns: '" + column.name + "': " + found->first + " is " + std::to_string(value) +
                           ", expected " + std::to_string(parameter.minimum) + " to " +
                           std::to_string(parameter.maximum));
    }
    return value;
}

Params values_of(const Plan::Column& column, const FeatureInfo& feature) {
    for (const auto& [name, value] : column.parameters) {
        const auto known = [&name](const Parameter& parameter) { return parameter.name == name; };
        if (std::none_of(feature.parameters.begin(), feature.parameters.end(), known)) {
            throw InvalidInput("columns: '" + column.name + "': '" + column.feature + "' has no parameter '" + name +
                               "'");
        }
    }
    Params values;
    int* const places[] = {&values.a, &values.b, &values.c, &values.d};
    for (std::size_t i = 0; i < feature.parameters.size(); ++i) {
        *places[i] = bounded(column, feature.parameters[i]);
    }
    return values;
}

std::vector<Plan::Entry> entries_of(const std::vector<Plan::Column>& columns, std::int64_t interval_ns) {
    if (timeframe_bit(interval_ns) == 0) {
        throw InvalidInput("interval_ns must be that of 1m, 5m, 15m, 1h or 1d bars, not " +
                           std::to_string(interval_ns));
    }
    std::set<std::string_view> seen;
    std::vector<Plan::Entry> entries;
    for (const Plan::Column& column : columns) {
        if (!seen.insert(column.name).second) {
            throw InvalidInput("columns: '" + column.name + "' is given twice");
        }
        const FeatureInfo& feature = feature_of(column.feature, interval_ns);
        const Params values = values_of(column, feature);
        entries.push_back({&feature, static_cast<std::size_t>(&feature - catalogue().data()), values,
                           requirements_of(feature, values, interval_ns).warmup_bars, Plan::kNotKept});
    }
    return entries;
}

/// Notes in the entries which of them are kept.
std::vector<Plan::Kept> kept_of(std::vector<Plan::Entry>& entries, std::int64_t interval_ns) {
    std::vector<Plan::Kept> kept;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        const Requirements requirements = requirements_of(*entries[i].feature, entries[i].values, interval_ns);
        if (requirements.only_higher()) {
            const auto& [minutes, above] = requirements.higher[0];
            entries[i].kept = kept.size();
            kept.push_back({i, minutes, above.warmup_bars});
        }
    }
    return kept;
}

Requirements requirements_of_all(std::span<const Plan::Entry> entries, std::int64_t interval_ns) {
    Requirements all;
    for (const Plan::Entry& entry : entries) {
        all.merge(requirements_of(*entry.feature, entry.values, interval_ns));
    }
    return all;
}

std::vector<WindowPlan::Candidate> candidates_of(std::span<const Plan::Entry> entries) {
    std::vector<WindowPlan::Candidate> candidates;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        candidates.push_back({i, entries[i].feature, entries[i].number, entries[i].values});
    }
    return candidates;
}

std::vector<Plan::Column> columns_of(const std::vector<std::string>& names) {
    std::vector<Plan::Column> columns;
    for (const std::string& name : names) {
        columns.push_back({name, name, {}});
    }
    return columns;
}

}  // namespace

Plan::Plan(const std::vector<Column>& columns, std::int64_t interval_ns)
    : interval_ns_(interval_ns),
      entries_(entries_of(columns, interval_ns)),
      kept_(kept_of(entries_, interval_ns)),
      requirements_(requirements_of_all(entries_, interval_ns)),
      layout_(requirements_),
      windows_(candidates_of(entries_), interval_ns, layout_) {
    for (const Column& column : columns) {
        names_.push_back(column.name);
    }
    for (const auto& timeframe : requirements_.higher) {
        higher_layouts_.emplace_back(timeframe.requirements);
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        if (!windows_.holds(i)) {
            alone_.push_back(i);
        }
    }
}

Plan::Plan(const std::vector<std::string>& names, std::int64_t interval_ns) : Plan(columns_of(names), interval_ns) {}

}  // namespace foxml::features
