#include "features/gauges/sorted_window.hpp"

#include <algorithm>
#include <limits>

namespace foxml::features {

namespace {

/// Beyond it a pass over all values would take longer than a search and a move.
constexpr int kPassMax = 512;

/// AVX2 has neither minima of 64-bit integers nor masks: a search and a move take less time there.
ReplaceSorted replace_of(Isa isa) noexcept { return isa == Isa::avx512 ? replace_sorted_avx512 : nullptr; }

}  // namespace

SortedWindow::SortedWindow(int window, Isa isa)
    : recent_(window),
      sorted_(static_cast<std::size_t>(window) + 3 * kPadding, std::numeric_limits<std::int64_t>::max()),
      replace_(window <= kPassMax ? replace_of(isa) : nullptr) {
    std::fill_n(sorted_.begin(), kPadding, std::numeric_limits<std::int64_t>::min());
}

std::size_t SortedWindow::below(std::int64_t value) const noexcept {
    // Halving without a branch: where a price falls among others is what no branch predictor knows.
    const std::int64_t* first = sorted();
    for (std::size_t left = size(); left > 0;) {
        const std::size_t half = (left + 1) / 2;
        first += first[half - 1] < value ? half : 0;
        left -= half;
    }
    return static_cast<std::size_t>(first - sorted());
}

std::size_t SortedWindow::equal_to_newest() const noexcept {
    std::size_t equal = 1;
    while (newest_place_ + equal < size() && sorted()[newest_place_ + equal] == sorted()[newest_place_]) {
        ++equal;
    }
    return equal;
}

void SortedWindow::replace(std::int64_t gone, std::int64_t value) noexcept {
    if (replace_ != nullptr) {
        newest_place_ = replace_(sorted(), size(), gone, value);
        return;
    }
    const std::size_t gap = below(gone);
    newest_place_ = below(value);
    if (gap < newest_place_) {
        std::move(sorted() + gap + 1, sorted() + newest_place_, sorted() + gap);
        --newest_place_;
    } else {
        std::move_backward(sorted() + newest_place_, sorted() + gap, sorted() + gap + 1);
    }
    sorted()[newest_place_] = value;
}

void SortedWindow::push(std::int64_t value) noexcept {
    if (full()) {
        replace(recent_.oldest(), value);
    } else {
        newest_place_ = below(value);
        std::move_backward(sorted() + newest_place_, sorted() + size(), sorted() + size() + 1);
        sorted()[newest_place_] = value;
    }
    recent_.push(value);
}

void SortedWindow::load(ByteReader& reader) {
    recent_.load(reader, [this](std::int64_t value) { push(value); });
}

}  // namespace foxml::features
