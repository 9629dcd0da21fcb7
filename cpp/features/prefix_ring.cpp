#include "features/prefix_ring.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace foxml::features {

PrefixLayout::PrefixLayout(const Requirements& requirements) {
    narrow_word_.fill(kUnused);
    wide_word_.fill(kUnused);
    int rows = 0;
    for (std::size_t i = 0; i < kWideColumns; ++i) {
        if (requirements.wide_rows[i] > 0) {
            wide_word_[i] = static_cast<std::uint16_t>(stride_);
            wide_.push_back({static_cast<WideColumn>(i), stride_});
            stride_ += 2;
            rows = std::max(rows, requirements.wide_rows[i]);
        }
    }
    for (std::size_t i = 0; i < kColumns; ++i) {
        if (requirements.column_rows[i] > 0) {
            narrow_word_[i] = static_cast<std::uint16_t>(stride_);
            narrow_.push_back({static_cast<Column>(i), stride_});
            stride_ += 1;
            rows = std::max(rows, requirements.column_rows[i]);
        }
    }
    rows_kept_ = static_cast<std::size_t>(rows) + 1;
    capacity_ = std::bit_ceil(rows_kept_);
}

PrefixRing::PrefixRing(const PrefixLayout& layout, Interleaved<std::uint64_t> words)
    : layout_(&layout), words_(std::move(words)) {
#if FOXML_RECOMPUTES_SUMS
    pushed_.resize(layout.capacity());
#endif
}

void PrefixRing::push(std::int64_t index, const Contributions& contributions) noexcept {
    const std::size_t before = slot(index - 1);
    const std::size_t now = slot(index);
    for (const auto& [column, word] : layout_->wide()) {
        const UInt128 sum = wide_at(before + word) + static_cast<UInt128>(contributions[column]);
        words_[now + word] = static_cast<std::uint64_t>(sum);
        words_[now + word + 1] = static_cast<std::uint64_t>(sum >> 64);
    }
    for (const auto& [column, word] : layout_->narrow()) {
        words_[now + word] = words_[before + word] + static_cast<std::uint64_t>(contributions[column]);
    }
    last_ = index;
#if FOXML_RECOMPUTES_SUMS
    pushed_[static_cast<std::uint64_t>(index) & (layout_->capacity() - 1)] = contributions;
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
    for (std::size_t lag = layout_->rows_kept(); lag-- > 0;) {
        for (std::size_t word = 0; word < layout_->stride(); ++word) {
            writer.put(words_[row(static_cast<int>(lag)) + word]);
        }
    }
}

void PrefixRing::load(ByteReader& reader, std::int64_t last) {
    last_ = last;
    for (std::size_t lag = layout_->rows_kept(); lag-- > 0;) {
        for (std::size_t word = 0; word < layout_->stride(); ++word) {
            words_[row(static_cast<int>(lag)) + word] = reader.get<std::uint64_t>();
        }
    }
#if FOXML_RECOMPUTES_SUMS
    checked_from_ = last + 1;
#endif
}

#if FOXML_RECOMPUTES_SUMS
void PrefixRing::check_against_window() const noexcept {
    const auto longest = static_cast<std::int64_t>(layout_->rows_kept()) - 1;
    const std::int64_t window = std::min(longest, last_ + 1 - checked_from_);
    for (const auto& place : layout_->narrow()) {
        std::uint64_t expected = 0;
        for (std::int64_t lag = 0; lag < window; ++lag) {
            expected += static_cast<std::uint64_t>(
                pushed_[static_cast<std::uint64_t>(last_ - lag) & (layout_->capacity() - 1)][place.column]);
        }
        FOXML_ASSERT(static_cast<std::uint64_t>(sum(place.column, static_cast<int>(window), 0)) == expected);
    }
    for (const auto& place : layout_->wide()) {
        UInt128 expected = 0;
        for (std::int64_t lag = 0; lag < window; ++lag) {
            expected += static_cast<UInt128>(
                pushed_[static_cast<std::uint64_t>(last_ - lag) & (layout_->capacity() - 1)][place.column]);
        }
        FOXML_ASSERT(static_cast<UInt128>(sum(place.column, static_cast<int>(window), 0)) == expected);
    }
}
#endif

}  // namespace foxml::features
