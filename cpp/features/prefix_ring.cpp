#include "features/prefix_ring.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace foxml::features {

namespace {

/// A column that is read.
struct Used {
    std::size_t column;
    bool wide;
    int rows;
};

std::vector<Used> deepest_first(const Requirements& requirements) {
    std::vector<Used> used;
    for (std::size_t i = 0; i < kWideColumns; ++i) {
        used.push_back({i, true, requirements.wide_rows[i]});
    }
    for (std::size_t i = 0; i < kColumns; ++i) {
        used.push_back({i, false, requirements.column_rows[i]});
    }
    std::erase_if(used, [](const Used& column) { return column.rows == 0; });
    std::sort(used.begin(), used.end(), [](const Used& a, const Used& b) {
        return std::tuple(b.rows, b.wide, a.column) < std::tuple(a.rows, a.wide, b.column);
    });
    return used;
}

}  // namespace

PrefixLayout::PrefixLayout(const Requirements& requirements) {
    narrow_word_.fill(kUnused);
    wide_word_.fill(kUnused);
    std::vector<std::size_t> kept;
    for (const Used& used : deepest_first(requirements)) {
        const auto word = static_cast<std::uint16_t>(kept.size());
        if (used.wide) {
            wide_word_[used.column] = word;
            wide_.push_back({static_cast<WideColumn>(used.column), word});
        } else {
            narrow_word_[used.column] = word;
            narrow_.push_back({static_cast<Column>(used.column), word});
        }
        // A window of all its rows begins at the row before them.
        kept.insert(kept.end(), used.wide ? 2 : 1, static_cast<std::size_t>(used.rows) + 1);
    }
    rows_ = RowLayout(kept);
}

PrefixRing::PrefixRing(const PrefixLayout& layout, Interleaved<std::uint64_t> words)
    : layout_(&layout), words_(std::move(words)) {
#if FOXML_RECOMPUTES_SUMS
    pushed_.resize(std::max<std::size_t>(layout.rows().rows_kept(), 1));
#endif
}

void PrefixRing::push(std::int64_t index, const Contributions& contributions) noexcept {
    for (const auto& [column, word] : layout_->wide()) {
        const std::size_t now = layout_->at(word, index);
        const UInt128 sum = wide_at(layout_->at(word, index - 1)) + static_cast<UInt128>(contributions[column]);
        words_[now] = static_cast<std::uint64_t>(sum);
        words_[now + 1] = static_cast<std::uint64_t>(sum >> 64);
    }
    for (const auto& [column, word] : layout_->narrow()) {
        words_[layout_->at(word, index)] =
            words_[layout_->at(word, index - 1)] + static_cast<std::uint64_t>(contributions[column]);
    }
    last_ = index;
#if FOXML_RECOMPUTES_SUMS
    pushed_[static_cast<std::uint64_t>(index) % pushed_.size()] = contributions;
    constexpr std::int64_t kCheckEvery = 251;
    if (index % kCheckEvery == 0) {
        check_against_window();
    }
#endif
}

void PrefixRing::reset() noexcept {
    words_.fill(0);
    last_ = -1;
#if FOXML_RECOMPUTES_SUMS
    checked_from_ = 0;
#endif
}

void PrefixRing::save(ByteWriter& writer) const {
    for (std::size_t word = 0; word < layout_->stride(); ++word) {
        for (std::size_t lag = layout_->rows().rows_kept(word); lag-- > 0;) {
            writer.put(words_[at(word, static_cast<int>(lag))]);
        }
    }
}

void PrefixRing::load(ByteReader& reader, std::int64_t last) {
    last_ = last;
    for (std::size_t word = 0; word < layout_->stride(); ++word) {
        for (std::size_t lag = layout_->rows().rows_kept(word); lag-- > 0;) {
            words_[at(word, static_cast<int>(lag))] = reader.get<std::uint64_t>();
        }
    }
#if FOXML_RECOMPUTES_SUMS
    checked_from_ = last + 1;
#endif
}

#if FOXML_RECOMPUTES_SUMS
int PrefixRing::longest_window(std::size_t word) const noexcept {
    const auto longest = static_cast<std::int64_t>(layout_->rows().rows_kept(word)) - 1;
    return static_cast<int>(std::min(longest, last_ + 1 - checked_from_));
}

void PrefixRing::check_against_window() const noexcept {
    for (const auto& place : layout_->narrow()) {
        const int window = longest_window(place.word);
        std::uint64_t expected = 0;
        for (int lag = 0; lag < window; ++lag) {
            expected += static_cast<std::uint64_t>(pushed(last_ - lag)[place.column]);
        }
        FOXML_ASSERT(static_cast<std::uint64_t>(sum(place.column, window, 0)) == expected);
    }
    for (const auto& place : layout_->wide()) {
        const int window = longest_window(place.word);
        UInt128 expected = 0;
        for (int lag = 0; lag < window; ++lag) {
            expected += static_cast<UInt128>(pushed(last_ - lag)[place.column]);
        }
        FOXML_ASSERT(static_cast<UInt128>(sum(place.column, window, 0)) == expected);
    }
}
#endif

}  // namespace foxml::features
