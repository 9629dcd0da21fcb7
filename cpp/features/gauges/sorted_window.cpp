#include "features/gauges/sorted_window.hpp"

#include <algorithm>
#include <limits>

namespace foxml::features {

SortedWindow::SortedWindow(int window) : recent_(window), sorted_(static_cast<std::size_t>(window)) {}

std::size_t SortedWindow::below(std::int64_t value) const noexcept {
    // Halving without a branch: where a price falls among others is what no branch predictor knows.
    std::size_t first = 0;
    for (std::size_t left = size(); left > 0;) {
        const std::size_t half = (left + 1) / 2;
        first += sorted_[first + half - 1] < value ? half : 0;
        left -= half;
    }
    return first;
}

std::size_t SortedWindow::equal_to(std::int64_t value) const noexcept {
    const bool largest = value == std::numeric_limits<std::int64_t>::max();
    return (largest ? size() : below(value + 1)) - below(value);
}

void SortedWindow::push(std::int64_t value) noexcept {
    const auto at = [this](std::size_t place) { return sorted_.begin() + static_cast<std::ptrdiff_t>(place); };
    const std::size_t place = below(value);
    if (!full()) {
        std::move_backward(at(place), at(size()), at(size() + 1));
        sorted_[place] = value;
    } else {
        const std::size_t gone = below(recent_.oldest());
        if (gone < place) {
            std::move(at(gone + 1), at(place), at(gone));
            sorted_[place - 1] = value;
        } else {
            std::move_backward(at(place), at(gone), at(gone + 1));
            sorted_[place] = value;
        }
    }
    recent_.push(value);
}

void SortedWindow::load(ByteReader& reader) {
    recent_.load(reader, [this](std::int64_t value) { push(value); });
}

}  // namespace foxml::features
