#include "features/gauges/sorted_window.hpp"

#include <algorithm>

namespace foxml::features {

SortedWindow::SortedWindow(int window) : recent_(window), sorted_(static_cast<std::size_t>(window)) {}

std::size_t SortedWindow::below(std::int64_t value) const noexcept {
    // Halving without a branch: where a price falls among others is what no branch predictor knows.
    const std::int64_t* first = sorted_.data();
    for (std::size_t left = size(); left > 0;) {
        const std::size_t half = (left + 1) / 2;
        first += first[half - 1] < value ? half : 0;
        left -= half;
    }
    return static_cast<std::size_t>(first - sorted_.data());
}

std::size_t SortedWindow::equal_to_newest() const noexcept {
    std::size_t equal = 1;
    while (newest_place_ + equal < size() && sorted_[newest_place_ + equal] == sorted_[newest_place_]) {
        ++equal;
    }
    return equal;
}

void SortedWindow::push(std::int64_t value) noexcept {
    std::int64_t* const sorted = sorted_.data();
    newest_place_ = below(value);
    if (!full()) {
        std::move_backward(sorted + newest_place_, sorted + size(), sorted + size() + 1);
    } else {
        const std::size_t gone = below(recent_.oldest());
        if (gone < newest_place_) {
            std::move(sorted + gone + 1, sorted + newest_place_, sorted + gone);
            --newest_place_;
        } else {
            std::move_backward(sorted + newest_place_, sorted + gone, sorted + gone + 1);
        }
    }
    sorted[newest_place_] = value;
    recent_.push(value);
}

void SortedWindow::load(ByteReader& reader) {
    recent_.load(reader, [this](std::int64_t value) { push(value); });
}

}  // namespace foxml::features
