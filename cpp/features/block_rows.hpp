#pragma once

#include <string_view>

#include "features/block_view.hpp"
#include "features/params.hpp"

namespace foxml::features {

namespace {

/// What a group's table is made of where formulas are compiled for eight symbols at a time.
struct Row {
    std::string_view name;
    /// Writes a cell of eight symbols; null where each symbol's formula is to be run by itself.
    void (*finish)(const BlockView&, const Params&, double* cells);
};

template <typename Formula>
[[nodiscard]] constexpr Row row(std::string_view, std::string_view name, std::string_view, std::uint32_t,
                                std::string_view, const Parameters&, Formula) {
    return {name,
            [](const BlockView& view, const Params& params, double* cells) { Formula{}(view, params).store(cells); }};
}

template <typename Formula>
[[nodiscard]] constexpr Row scalar_row(std::string_view, std::string_view name, std::string_view, std::uint32_t,
                                       std::string_view, const Parameters&, Formula) {
    return {name, nullptr};
}

}  // namespace

}  // namespace foxml::features
