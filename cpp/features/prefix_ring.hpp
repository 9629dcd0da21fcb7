#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bytes.hpp"
#include "core/errors.hpp"
#include "core/int128.hpp"
#include "features/columns.hpp"
#include "features/interleaved.hpp"
#include "features/requirements.hpp"
#include "features/ring_place.hpp"
#include "features/row_layout.hpp"

/// Builds that look for our own bugs, debug and sanitized ones, recompute window sums now and then.
#if !defined(NDEBUG) || defined(__SANITIZE_ADDRESS__)
#define FOXML_RECOMPUTES_SUMS 1
#else
#define FOXML_RECOMPUTES_SUMS 0
#endif

namespace foxml::features {

/// Where each column of a plan has its words in a row of the prefix ring.
///
/// A row: two words for each wide column and one for each narrow one, those that are read farthest back first; columns
/// that nothing reads have none.
class PrefixLayout {
   public:
    explicit PrefixLayout(const Requirements& requirements);

    struct NarrowPlace {
        Column column;
        std::size_t word;
    };
    struct WidePlace {
        WideColumn column;
        std::size_t word;
    };

    [[nodiscard]] std::size_t word(Column column) const noexcept {
        return narrow_word_[static_cast<std::size_t>(column)];
    }
    [[nodiscard]] std::size_t word(WideColumn column) const noexcept {
        return wide_word_[static_cast<std::size_t>(column)];
    }
    [[nodiscard]] const std::vector<NarrowPlace>& narrow() const noexcept { return narrow_; }
    [[nodiscard]] const std::vector<WidePlace>& wide() const noexcept { return wide_; }

    /// Where the words lie.
    [[nodiscard]] const RowLayout& rows() const noexcept { return rows_; }
    /// Words of a row.
    [[nodiscard]] std::size_t stride() const noexcept { return rows_.stride(); }
    [[nodiscard]] std::size_t at(std::size_t word, std::int64_t place) const noexcept { return rows_.at(word, place); }
    [[nodiscard]] RingPlace ring(std::size_t word) const noexcept { return rows_.ring(word); }

    /// Word of a column that nothing reads.
    static constexpr std::uint16_t kUnused = 0xffff;

   private:
    std::array<std::uint16_t, kColumns> narrow_word_;
    std::array<std::uint16_t, kWideColumns> wide_word_;
    std::vector<NarrowPlace> narrow_;
    std::vector<WidePlace> wide_;
    RowLayout rows_;
};

/// Sums over windows without a running sum: a ring of prefix sums in integers that wrap.
///
///     row[t]          all that was ever added, modulo 2^64 (narrow) or 2^128 (wide)
///     sum(w, lag)     row[t - lag] - row[t - lag - w]
///
/// The difference is exact as long as the true sum fits, so it neither drifts nor remembers what has left the window,
/// and it is the same from any start. Rows before the start are zero.
class PrefixRing {
   public:
    explicit PrefixRing(const PrefixLayout& layout) : PrefixRing(layout, Interleaved(words_of(layout), kZero)) {}
    PrefixRing(const PrefixLayout& layout, Interleaved<std::uint64_t> words);

    [[nodiscard]] static std::size_t words_of(const PrefixLayout& layout) noexcept { return layout.rows().size(); }
    static constexpr std::uint64_t kZero = 0;

    /// Add the contributions of the next bar. `index` goes up by one from any first value.
    void push(std::int64_t index, const Contributions& contributions) noexcept;

    /// Sum of a column over the `window` bars that end `lag` bars before the last one.
    [[nodiscard]] std::int64_t sum(Column column, int window, int lag) const noexcept {
        const std::size_t word = layout_->word(column);
        return static_cast<std::int64_t>(words_[at(word, lag)] - words_[at(word, lag + window)]);
    }
    [[nodiscard]] Int128 sum(WideColumn column, int window, int lag) const noexcept {
        const std::size_t word = layout_->word(column);
        return static_cast<Int128>(wide_at(at(word, lag)) - wide_at(at(word, lag + window)));
    }

    /// A word of the row at this place.
    [[nodiscard]] std::uint64_t& word(std::int64_t place, std::size_t word) noexcept {
        return words_[layout_->at(word, place)];
    }

    /// The last bar is the one at this place, and the words of its row are there.
    void set_last(std::int64_t place) noexcept {
#if FOXML_RECOMPUTES_SUMS
        if (place != last_) {
            checked_from_ = place + 1;  // what was added is not known here
        }
#endif
        last_ = place;
    }
    void reset() noexcept;
    void save(ByteWriter& writer) const;
    /// Takes what `save` wrote; its last row is that of bar `last`.
    void load(ByteReader& reader, std::int64_t last);
    [[nodiscard]] std::size_t bytes() const noexcept { return words_.bytes(); }
    [[nodiscard]] const Interleaved<std::uint64_t>& words() const noexcept { return words_; }

   private:
    [[nodiscard]] std::size_t at(std::size_t word, int lag) const noexcept { return layout_->at(word, last_ - lag); }
    [[nodiscard]] UInt128 wide_at(std::size_t place) const noexcept {
        return static_cast<UInt128>(words_[place + 1]) << 64 | words_[place];
    }

    const PrefixLayout* layout_;
    Interleaved<std::uint64_t> words_;
    std::int64_t last_ = -1;

#if FOXML_RECOMPUTES_SUMS
    /// Adds up the longest window of each column again from what was pushed and compares.
    void check_against_window() const noexcept;
    [[nodiscard]] const Contributions& pushed(std::int64_t index) const noexcept {
        return pushed_[static_cast<std::uint64_t>(index) % pushed_.size()];
    }
    /// Bars of the longest window over a word, as far as what was pushed is known.
    [[nodiscard]] int longest_window(std::size_t word) const noexcept;

    std::vector<Contributions> pushed_;
    std::int64_t checked_from_ = 0;
#endif
};

}  // namespace foxml::features
