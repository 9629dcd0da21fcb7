#pragma once

#include <cstring>
#include <string_view>

#include "features/params.hpp"
#include "features/tape_view.hpp"

namespace foxml::features {

namespace {

/// What a group's table is made of where formulas are compiled for consecutive bars.
struct Row {
    std::string_view name;
    /// Writes the cells of `count` bars from bar `first` of the stretch on, a multiple of eight each; null where the
    /// formula is to be run bar by bar.
    void (*finish)(const TapeSource&, const Params&, std::size_t first, std::size_t count, float* cells);
};

/// One loop with nothing called, whose results nobody else can see meanwhile: what does not change along time is looked
/// up once.
template <typename Formula>
[[gnu::flatten]] void finish_bars(const TapeSource& source, const Params& params, std::size_t first, std::size_t count,
                                  float* cells) {
    alignas(64) float own[RowTarget::kColumnFloats];
    const Params values = params;
    for (std::size_t i = 0; i < count; i += kLanes) {
        store_floats(Formula{}(TapeView(TapeReads(source, first + i)), values), own + i);
    }
    std::memcpy(cells, own, count * sizeof(float));
}

template <typename Formula>
[[nodiscard]] constexpr Row row(std::string_view, std::string_view name, std::string_view, std::uint32_t,
                                std::string_view, const Parameters&, Formula) {
    return {name, finish_bars<Formula>};
}

template <typename Formula>
[[nodiscard]] constexpr Row scalar_row(std::string_view, std::string_view name, std::string_view, std::uint32_t,
                                       std::string_view, const Parameters&, Formula) {
    return {name, nullptr};
}

}  // namespace

}  // namespace foxml::features
