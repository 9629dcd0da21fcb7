#pragma once

#include <string_view>
#include <type_traits>

#include "features/params.hpp"
#include "features/window_view.hpp"

namespace foxml::features {

namespace {

/// What a group's table is made of where formulas are compiled for eight choices of their integers at a time.
struct Row {
    std::string_view name;
    /// Eight cells of one symbol; null where a formula takes its integers one by one.
    RealVector (*finish)(const WindowSource&, const WindowPlan::Group&, const std::uint64_t* scratch);
};

template <typename Formula>
[[gnu::flatten]] RealVector finished(const WindowSource& source, const WindowPlan::Group& group,
                                     const std::uint64_t* scratch) noexcept {
    return Formula{}(WindowView(source, group, scratch), CountVectors(group));
}

template <typename Formula>
[[nodiscard]] constexpr Row row(std::string_view, std::string_view name, std::string_view, std::uint32_t,
                                std::string_view, const Parameters&, Formula) {
    if constexpr (std::is_invocable_v<Formula, const WindowView&, const CountVectors&>) {
        return {name, finished<Formula>};
    } else {
        return {name, nullptr};
    }
}

template <typename Formula>
[[nodiscard]] constexpr Row scalar_row(std::string_view, std::string_view name, std::string_view, std::uint32_t,
                                       std::string_view, const Parameters&, Formula) {
    return {name, nullptr};
}

}  // namespace

}  // namespace foxml::features
