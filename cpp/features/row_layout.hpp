#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "features/ring_place.hpp"

namespace foxml::features {

/// Where the words of the last bars lie, if each word is kept as long as it is read: words that are read about equally
/// far back share a ring, so that a new row is a few stretches of memory.
///
///     rows kept     2  40  60  200       of words a b c d
///     rings         a  b   c   d
///                   a  b   c   d
///                      ..  ..  ...
///     depth         2    64    256      the power of two above
class RowLayout {
   public:
    RowLayout() = default;
    /// Of each word the rows that are kept, that of the last bar included; none fewer than those of the next word.
    explicit RowLayout(std::span<const std::size_t> rows_kept);

    /// Words of a row.
    [[nodiscard]] std::size_t stride() const noexcept { return words_.size(); }
    /// Words in all.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::size_t rows_kept(std::size_t word) const noexcept { return words_[word].rows_kept; }
    /// Of the word with the most.
    [[nodiscard]] std::size_t rows_kept() const noexcept { return words_.empty() ? 0 : words_[0].rows_kept; }

    /// Where a word of the bar at this place lies. Two words of a ring that follow each other do so here.
    [[nodiscard]] std::size_t at(std::size_t word, std::int64_t place) const noexcept {
        const Word& of = words_[word];
        return of.offset + (static_cast<std::uint32_t>(place) & of.mask) * std::size_t{of.stride};
    }
    [[nodiscard]] RingPlace ring(std::size_t word) const noexcept {
        const Word& of = words_[word];
        return {of.offset, of.mask, of.stride};
    }

   private:
    struct Word {
        std::uint32_t offset;  ///< in the ring's first row, from the first of all
        std::uint32_t mask;    ///< of the ring's depth
        std::uint32_t stride;  ///< from a row of the ring to the next
        std::uint32_t rows_kept;
    };

    std::vector<Word> words_;
    std::size_t size_ = 0;
};

}  // namespace foxml::features
