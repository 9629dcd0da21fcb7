#include "features/extrema.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/errors.hpp"

namespace foxml::features {

namespace {

std::size_t level_of(int window) noexcept { return std::bit_width(static_cast<unsigned>(window)) - 1; }

}  // namespace

ExtremaLayout::ExtremaLayout(const Requirements& requirements) {
    word_.fill(kUnused);
    int rows = 0;
    for (std::size_t i = 0; i < kExtrema; ++i) {
        if (requirements.extremum_window[i] > 0) {
            const std::size_t levels = level_of(requirements.extremum_window[i]) + 1;
            word_[i] = static_cast<std::uint16_t>(stride_);
            places_.push_back({static_cast<Extremum>(i), stride_, levels});
            stride_ += levels;
            rows = std::max(rows, requirements.extremum_rows[i]);
        }
    }
    rows_kept_ = static_cast<std::size_t>(rows);
    capacity_ = std::bit_ceil(std::max<std::size_t>(rows_kept_, 1));
}

Extrema::Extrema(const ExtremaLayout& layout, Interleaved<std::int64_t> words)
    : layout_(&layout), words_(std::move(words)) {}

void Extrema::push(std::int64_t index, const std::array<std::int64_t, kExtrema>& values) noexcept {
    const std::size_t now = slot(index);
    for (const auto& place : layout_->places()) {
        std::int64_t maximum = values[static_cast<std::size_t>(place.extremum)];
        for (std::size_t level = 0;; ++level) {
            words_[now + place.word + level] = maximum;
            if (level + 1 == place.levels) {
                break;
            }
            const auto half = std::int64_t{1} << level;
            maximum = std::max(maximum, words_[slot(index - half) + place.word + level]);
        }
    }
    last_ = index;
}

std::int64_t Extrema::maximum(Extremum extremum, int window, int lag) const noexcept {
    const std::size_t level = level_of(window);
    const std::size_t word = layout_->word(extremum) + level;
    const std::int64_t end = last_ - lag;
    const std::int64_t early_end = end - window + (std::int64_t{1} << level);
    return std::max(words_[slot(end) + word], words_[slot(early_end) + word]);
}

int Extrema::bars_since(Extremum extremum, int window) const noexcept {
    const std::int64_t highest = maximum(extremum, window, 0);
    const std::size_t word = layout_->word(extremum);
    int since = 0;
    // Step over the longest stretches that stay below: what is left is the latest bar that reaches the maximum.
    for (std::size_t level = level_of(window) + 1; level-- > 0;) {
        if (words_[slot(last_ - since) + word + level] < highest) {
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
    for (std::size_t lag = layout_->rows_kept(); lag-- > 0;) {
        const std::size_t row = slot(last_ - static_cast<std::int64_t>(lag));
        for (std::size_t word = 0; word < layout_->stride(); ++word) {
            writer.put(words_[row + word]);
        }
    }
}

void Extrema::load(ByteReader& reader, std::int64_t last) {
    last_ = last;
    for (std::size_t lag = layout_->rows_kept(); lag-- > 0;) {
        const std::size_t row = slot(last_ - static_cast<std::int64_t>(lag));
        for (std::size_t word = 0; word < layout_->stride(); ++word) {
            const auto value = reader.get<std::int64_t>();
            if (value < kNothing || value > -kNothing) {
                throw InvalidInput("snapshot holds an extremum that no price can be");
            }
            words_[row + word] = value;
        }
    }
}

}  // namespace foxml::features
