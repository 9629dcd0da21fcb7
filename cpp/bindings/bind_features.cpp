#include <pybind11/stl.h>

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bindings/bindings.hpp"
#include "engine/kernel_version.hpp"
#include "features/catalogue.hpp"
#include "features/plan.hpp"

namespace py = pybind11;

namespace foxml::bindings {

namespace {

using features::FeatureInfo;
using features::Plan;

constexpr std::pair<std::uint32_t, const char*> kTimeframes[] = {{features::k1m, "1m"},
                                                                 {features::k5m, "5m"},
                                                                 {features::k15m, "15m"},
                                                                 {features::k1h, "1h"},
                                                                 {features::k1d, "1d"}};

std::vector<std::string> timeframes_of(const FeatureInfo& info) {
    std::vector<std::string> names;
    for (const auto& [bit, name] : kTimeframes) {
        if ((info.timeframes & bit) != 0) {
            names.emplace_back(name);
        }
    }
    return names;
}

using ParameterTuple = std::tuple<std::string, int, int, int>;

std::vector<ParameterTuple> parameters_of(const FeatureInfo& info) {
    std::vector<ParameterTuple> parameters;
    for (const features::Parameter& p : info.parameters) {
        parameters.emplace_back(std::string(p.name), p.value, p.minimum, p.maximum);
    }
    return parameters;
}

std::string parameters_text(const FeatureInfo& info) {
    std::string text;
    for (const features::Parameter& p : info.parameters) {
        text += (text.empty() ? "" : ", ") + std::string(p.name) + "=" + std::to_string(p.value);
    }
    return text;
}

using ColumnTuple = std::tuple<std::string, std::string, std::map<std::string, int>>;

std::shared_ptr<Plan> plan_of(const std::vector<ColumnTuple>& tuples, std::int64_t interval_ns) {
    std::vector<Plan::Column> columns;
    for (const auto& [name, feature, parameters] : tuples) {
        columns.push_back({name, feature, parameters});
    }
    return std::make_shared<Plan>(columns, interval_ns);
}

}  // namespace

void bind_features(py::module_& module) {
    py::class_<FeatureInfo>(module, "Feature", "A row of the kernel's table.")
        .def_property_readonly("id", [](const FeatureInfo& self) { return std::string(self.id); })
        .def_property_readonly("name", [](const FeatureInfo& self) { return std::string(self.name); })
        .def_property_readonly("group", [](const FeatureInfo& self) { return std::string(self.group); })
        .def_property_readonly("formula", [](const FeatureInfo& self) { return std::string(self.formula); })
        .def_property_readonly("params", &parameters_text)
        .def_property_readonly("parameters", &parameters_of, "Name, value, minimum and maximum of each.")
        .def_readonly("needs_benchmark", &FeatureInfo::needs_benchmark)
        .def_property_readonly("timeframes", &timeframes_of)
        .def_property_readonly("guarantee",
                               [](const FeatureInfo& self) { return std::string(features::name_of(self.guarantee)); })
        .def_property_readonly("oracle", [](const FeatureInfo& self) { return std::string(self.oracle); });
    module.def(
        "catalogue",
        [] {
            const auto rows = features::catalogue();
            return std::vector<FeatureInfo>(rows.begin(), rows.end());
        },
        "Every feature, in the order of a row's columns.");
    module.def("kernel_version", [] { return std::string(engine::kKernelVersion); }, "Part of every plan's hash.");
    py::class_<Plan, std::shared_ptr<Plan>>(module, "Plan", "Features to compute on bars of one length.")
        .def(py::init(&plan_of), py::arg("columns"), py::arg("interval_ns"),
             "Columns are (name, feature, parameters that differ from the catalogue's).")
        .def_property_readonly("needs_benchmark", &Plan::needs_benchmark)
        .def_property_readonly("feature_count", &Plan::feature_count)
        .def_property_readonly("interval_ns", &Plan::interval_ns)
        .def_property_readonly("warmup_bars", &Plan::warmup_bars)
        .def_property_readonly("history_bars", &Plan::history_bars);
}

}  // namespace foxml::bindings
