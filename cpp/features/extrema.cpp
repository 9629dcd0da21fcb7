#include "features/extrema.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

std::size_t level_of(int window) noexcept { return std::bit_width(static_cast<unsigned>(window)) - 1; }

struct Used {
    std::size_t extremum;
    std::size_t level;
    std::size_t rows;
};

/// The levels that are read, or that others are made of.
std::vector<Used> deepest_first(const Requirements& requirements) {
    std::vector<Used> used;
    for (std::size_t extremum = 0; extremum < kExtrema; ++extremum) {
        const auto& rows = requirements.extremum_rows[extremum];
        std::size_t levels = kExtremumLevels;
        while (levels > 0 && rows[levels - 1] == 0) {
            --levels;
        }
        for (std::size_t level = 0; level < levels; ++level) {
            const std::size_t made_of = level + 1 < levels ? (std::size_t{1} << level) + 1 : 1;
            used.push_back({extremum, level, std::max(static_cast<std::size_t>(rows[level]), made_of)});
        }
    }
    std::sort(used.begin(), used.end(), [](const Used& a, const Used& b) {
        return std::tuple(b.rows, a.extremum, a.level) < std::tuple(a.rows, b.extremum, b.level);
    });
    return used;
}

}  // namespace

ExtremaLayout::ExtremaLayout(const Requirements& requirements) {
    std::array<std::size_t, kExtrema> levels{};
    std::vector<std::size_t> kept;
    for (const auto& [extremum, level, rows] : deepest_first(requirements)) {
        words_[extremum][level] = static_cast<std::uint16_t>(kept.size());
        levels[extremum] = std::max(levels[extremum], level + 1);
        kept.push_back(rows);
    }
    for (std::size_t i = 0; i < kExtrema; ++i) {
        if (levels[i] > 0) {
            places_.push_back({static_cast<Extremum>(i), levels[i], words_[i]});
        }
    }
    rows_ = RowLayout(kept);
}

Extrema::Extrema(const ExtremaLayout& layout, Interleaved<std::int64_t> words)
    : layout_(&layout), words_(std::move(words)) {}

void Extrema::push(std::int64_t index, const std::array<std::int64_t, kExtrema>& values) noexcept {
    for (const auto& place : layout_->places()) {
        std::int64_t maximum = values[static_cast<std::size_t>(place.extremum)];
        for (std::size_t level = 0;; ++level) {
            words_[layout_->at(place.words[level], index)] = maximum;
            if (level + 1 == place.levels) {
                break;
            }
            const auto half = std::int64_t{1} << level;
            maximum = std::max(maximum, words_[layout_->at(place.words[level], index - half)]);
        }
    }
    last_ = index;
}

std::int64_t ExtremaTable::maximum(Extremum extremum, int window, std::int64_t place) const noexcept {
    const std::size_t level = level_of(window);
    const std::size_t of = layout_->word(extremum, level);
    return std::max(word(of, place), word(of, place - window + (std::int64_t{1} << level)));
}

int ExtremaTable::bars_since(Extremum extremum, int window, std::int64_t place) const noexcept {
    const std::int64_t highest = maximum(extremum, window, place);
    int since = 0;
    // Step over the longest stretches that stay below: what is left is the latest bar that reaches the maximum.
    for (std::size_t level = level_of(window) + 1; level-- > 0;) {
        if (word(layout_->word(extremum, level), place - since) < highest) {
            since += 1 << level;
        }
    }
    return since;
}

void Extrema::reset() noexcept {
    words_.fill(kNothing);
    last_ = -1;
}

void Extrema::save(ByteWriter& writer) const {
    for (std::size_t word = 0; word < layout_->stride(); ++word) {
        for (auto lag = static_cast<std::int64_t>(layout_->rows().rows_kept(word)); lag-- > 0;) {
            writer.put(words_[layout_->at(word, last_ - lag)]);
        }
    }
}

void Extrema::load(ByteReader& reader, std::int64_t last) {
    last_ = last;
    for (std::size_t word = 0; word < layout_->stride(); ++word) {
        for (auto lag = static_cast<std::int64_t>(layout_->rows().rows_kept(word)); lag-- > 0;) {
            const auto value = reader.get<std::int64_t>();
            if (value < kNothing || value > -kNothing) {
                throw InvalidInput("snapshot holds an extremum that no price can be");
            }
            words_[layout_->at(word, last_ - lag)] = value;
        }
    }
}

}  // namespace foxml::features
