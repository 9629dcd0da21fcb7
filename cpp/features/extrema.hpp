#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bytes.hpp"
#include "features/interleaved.hpp"
#include "features/requirements.hpp"
#include "features/ring_place.hpp"

namespace foxml::features {

/// Where each extremum of a plan has its levels in a row of the table.
class ExtremaLayout {
   public:
    explicit ExtremaLayout(const Requirements& requirements);

    struct Place {
        Extremum extremum;
        std::size_t word;    ///< of level 0 in a row
        std::size_t levels;  ///< level k covers 2^k bars
    };

    [[nodiscard]] const std::vector<Place>& places() const noexcept { return places_; }
    [[nodiscard]] std::size_t word(Extremum extremum) const noexcept {
        return word_[static_cast<std::size_t>(extremum)];
    }
    [[nodiscard]] std::size_t stride() const noexcept { return stride_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] RingPlace ring(std::size_t word) const noexcept {
        return {word, static_cast<std::int64_t>(capacity_) - 1, static_cast<std::int64_t>(stride_)};
    }
    [[nodiscard]] std::size_t rows_kept() const noexcept { return rows_kept_; }

   private:
    static constexpr std::uint16_t kUnused = 0xffff;

    std::vector<Place> places_;
    std::array<std::uint16_t, kExtrema> word_;
    std::size_t stride_ = 0;
    std::size_t capacity_ = 1;
    std::size_t rows_kept_ = 0;
};

/// Maxima and minima over windows from a sparse table that grows with the bars.
///
///     level[0][t] = x[t]
///     level[k][t] = max(level[k-1][t], level[k-1][t - 2^(k-1)])        covers the 2^k bars up to t
///
///     a window of w bars, 2^k <= w:    [ level[k][t - w + 2^k]  ]
///                                             [   level[k][t]   ]
///
/// Lows are kept negated, so that everything is a maximum.
class Extrema {
   public:
    explicit Extrema(const ExtremaLayout& layout) : Extrema(layout, Interleaved(words_of(layout), kNothing)) {}
    Extrema(const ExtremaLayout& layout, Interleaved<std::int64_t> words);

    [[nodiscard]] static std::size_t words_of(const ExtremaLayout& layout) noexcept {
        return layout.capacity() * layout.stride();
    }
    /// Below every value, and its negation fits.
    static constexpr std::int64_t kNothing = -(std::int64_t{1} << 62);

    /// Take in the values of the next bar, lows negated. `index` goes up by one from any first value.
    void push(std::int64_t index, const std::array<std::int64_t, kExtrema>& values) noexcept;

    /// Maximum over the `window` bars that end `lag` bars before the last one.
    [[nodiscard]] std::int64_t maximum(Extremum extremum, int window, int lag) const noexcept;

    /// Bars since the window's maximum; of equal ones the latest counts.
    [[nodiscard]] int bars_since(Extremum extremum, int window) const noexcept;

    /// A word of the row at this place.
    [[nodiscard]] std::int64_t& word(std::int64_t place, std::size_t word) noexcept {
        return words_[slot(place) + word];
    }

    /// The last bar is the one at this place, and the words of its row are there.
    void set_last(std::int64_t place) noexcept { last_ = place; }
    void reset() noexcept;
    void save(ByteWriter& writer) const;
    /// Takes what `save` wrote; its last row is that of bar `last`.
    void load(ByteReader& reader, std::int64_t last);
    [[nodiscard]] std::size_t bytes() const noexcept { return words_.bytes(); }
    [[nodiscard]] const Interleaved<std::int64_t>& words() const noexcept { return words_; }

   private:
    [[nodiscard]] std::size_t slot(std::int64_t index) const noexcept {
        return (static_cast<std::uint64_t>(index) & (layout_->capacity() - 1)) * layout_->stride();
    }

    const ExtremaLayout* layout_;
    Interleaved<std::int64_t> words_;
    std::int64_t last_ = -1;
};

}  // namespace foxml::features
