#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bytes.hpp"
#include "features/interleaved.hpp"
#include "features/requirements.hpp"
#include "features/ring_place.hpp"
#include "features/row_layout.hpp"

namespace foxml::features {

/// Where each level of each extremum of a plan has its word in a row of the table.
class ExtremaLayout {
   public:
    explicit ExtremaLayout(const Requirements& requirements);

    struct Place {
        Extremum extremum;
        std::size_t levels;  ///< level k covers 2^k bars
        std::array<std::uint16_t, kExtremumLevels> words;
    };

    [[nodiscard]] const std::vector<Place>& places() const noexcept { return places_; }
    /// Of a level that the plan's windows have.
    [[nodiscard]] std::size_t word(Extremum extremum, std::size_t level) const noexcept {
        return words_[static_cast<std::size_t>(extremum)][level];
    }
    /// Where the words lie.
    [[nodiscard]] const RowLayout& rows() const noexcept { return rows_; }
    /// Words of a row.
    [[nodiscard]] std::size_t stride() const noexcept { return rows_.stride(); }
    [[nodiscard]] std::size_t at(std::size_t word, std::int64_t place) const noexcept { return rows_.at(word, place); }
    [[nodiscard]] RingPlace ring(std::size_t word) const noexcept { return rows_.ring(word); }

   private:
    std::vector<Place> places_;
    std::array<std::array<std::uint16_t, kExtremumLevels>, kExtrema> words_{};
    RowLayout rows_;
};

/// The words of a symbol's extremes, `step` from one to the next: its own, or one lane of a block's.
class ExtremaTable {
   public:
    ExtremaTable(const ExtremaLayout& layout, const std::int64_t* words, std::size_t step) noexcept
        : layout_(&layout), words_(words), step_(step) {}

    [[nodiscard]] std::int64_t word(std::size_t word, std::int64_t place) const noexcept {
        return words_[layout_->at(word, place) * step_];
    }

    /// Maximum over the `window` bars up to the one at `place`.
    [[nodiscard]] std::int64_t maximum(Extremum extremum, int window, std::int64_t place) const noexcept;

    /// Bars from the window's maximum to the one at `place`; of equal ones the latest counts.
    [[nodiscard]] int bars_since(Extremum extremum, int window, std::int64_t place) const noexcept;

   private:
    const ExtremaLayout* layout_;
    const std::int64_t* words_;
    std::size_t step_;
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

    [[nodiscard]] static std::size_t words_of(const ExtremaLayout& layout) noexcept { return layout.rows().size(); }
    /// Below every value, and its negation fits.
    static constexpr std::int64_t kNothing = -(std::int64_t{1} << 62);

    /// Take in the values of the next bar, lows negated. `index` goes up by one from any first value.
    void push(std::int64_t index, const std::array<std::int64_t, kExtrema>& values) noexcept;

    /// Maximum over the `window` bars that end `lag` bars before the last one.
    [[nodiscard]] std::int64_t maximum(Extremum extremum, int window, int lag) const noexcept {
        return table().maximum(extremum, window, last_ - lag);
    }

    /// Bars since the window's maximum; of equal ones the latest counts.
    [[nodiscard]] int bars_since(Extremum extremum, int window) const noexcept {
        return table().bars_since(extremum, window, last_);
    }

    /// A word of the row at this place.
    [[nodiscard]] std::int64_t& word(std::int64_t place, std::size_t word) noexcept {
        return words_[layout_->at(word, place)];
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
    [[nodiscard]] ExtremaTable table() const noexcept { return {*layout_, words_.data(), words_.stride()}; }

    const ExtremaLayout* layout_;
    Interleaved<std::int64_t> words_;
    std::int64_t last_ = -1;
};

}  // namespace foxml::features
