#include "features/gauges/sorted_window.hpp"

#include <algorithm>
#include <limits>

namespace foxml::features {

namespace {

constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kLargest = std::numeric_limits<std::int64_t>::max();

/// Beyond it a pass over all values would take longer than a search and a move.
constexpr int kPassMax = 512;

/// AVX2 has neither minima of 64-bit integers nor masks: a search and a move take less time there.
ReplaceSorted replace_of(Isa isa, int window) noexcept {
    return isa == Isa::avx512 && window <= kPassMax ? replace_sorted_avx512 : nullptr;
}

/// How many of sorted values are less than this one.
std::size_t below(const std::int64_t* sorted, std::size_t count, std::int64_t value) noexcept {
    // Halving without a branch: where a price falls among others is what no branch predictor knows.
    const std::int64_t* first = sorted;
    for (std::size_t left = count; left > 0;) {
        const std::size_t half = (left + 1) / 2;
        first += first[half - 1] < value ? half : 0;
        left -= half;
    }
    return static_cast<std::size_t>(first - sorted);
}

}  // namespace

SortedWindow::SortedWindow(int window, Isa isa)
    : recent_(window),
      words_(static_cast<std::size_t>(window) + 2 * kLine, kLargest),
      replace_(replace_of(isa, window)) {
    std::fill_n(words_.data(), kLine, kLeast);
}

void SortedWindow::replace(std::int64_t gone, std::int64_t value) noexcept {
    std::int64_t* const words = sorted();
    const std::size_t gap = below(words, places(), gone);
    std::size_t place = below(words, places(), value);
    if (gap < place) {
        std::move(words + gap + 1, words + place, words + gap);
        --place;
    } else {
        std::move_backward(words + place, words + gap, words + gap + 1);
    }
    words[place] = value;
}

void SortedWindow::push(std::int64_t value) noexcept {
    const std::int64_t gone = full() ? recent_.oldest() : kLargest;
    if (replace_ != nullptr) {
        replace_(sorted(), places(), gone, value);
    } else {
        replace(gone, value);
    }
    recent_.push(value);
}

void SortedWindow::reset() noexcept {
    recent_.clear();
    std::fill_n(sorted(), places(), kLargest);
}

void SortedWindow::load(ByteReader& reader) {
    reset();
    recent_.load(reader, [this](std::int64_t value) { push(value); });
}

}  // namespace foxml::features
