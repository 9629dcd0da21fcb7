#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/bytes.hpp"
#include "core/errors.hpp"
#include "core/int256.hpp"
#include "features/prefix_ring.hpp"

namespace foxml::features {

/// Sums over a window of terms too wide for the prefix ring.
///
/// The terms of the entry that comes are added, those of the entry that leaves are subtracted. All of it is integer:
/// nothing drifts, and the sums are those of the window whatever came before it. Entries before the start are zero, and
/// so are their terms.
///
/// `terms_of` makes a std::array<Int256, k> of an entry.
template <Storable Entry, auto terms_of>
class RunningSums {
   public:
    using Terms = decltype(terms_of(Entry{}));

    explicit RunningSums(int bars) : entries_(static_cast<std::size_t>(bars)) {}

    [[nodiscard]] int bars() const noexcept { return static_cast<int>(entries_.size()); }
    [[nodiscard]] const Terms& sums() const noexcept { return sums_; }

    void push(const Entry& entry) noexcept {
        const Terms leaving = terms_of(entries_[next_]);
        const Terms coming = terms_of(entry);
        for (std::size_t i = 0; i < sums_.size(); ++i) {
            sums_[i] += coming[i] - leaving[i];
        }
        entries_[next_] = entry;
        next_ = next_ + 1 < entries_.size() ? next_ + 1 : 0;
#if FOXML_RECOMPUTES_SUMS
        if (next_ == 0) {
            FOXML_ASSERT(sums_ == sums_of(entries_));
        }
#endif
    }

    void reset() noexcept {
        std::fill(entries_.begin(), entries_.end(), Entry{});
        sums_ = Terms{};
        next_ = 0;
    }

    /// The entries, oldest first.
    void save(ByteWriter& writer) const {
        const std::span<const Entry> all(entries_);
        writer.put_all(all.subspan(next_));
        writer.put_all(all.first(next_));
    }

    /// The sums are made anew. Throws InvalidInput if an entry is not `possible`.
    template <typename Possible>
    void load(ByteReader& reader, Possible possible) {
        reader.get_all(std::span<Entry>(entries_));
        if (!std::all_of(entries_.begin(), entries_.end(), possible)) {
            throw InvalidInput("snapshot holds a bar of a window that cannot be one");
        }
        sums_ = sums_of(entries_);
        next_ = 0;
    }

    [[nodiscard]] std::size_t bytes() const noexcept { return entries_.size() * sizeof(Entry); }

   private:
    [[nodiscard]] static Terms sums_of(const std::vector<Entry>& entries) noexcept {
        Terms sums{};
        for (const Entry& entry : entries) {
            const Terms terms = terms_of(entry);
            for (std::size_t i = 0; i < sums.size(); ++i) {
                sums[i] += terms[i];
            }
        }
        return sums;
    }

    std::vector<Entry> entries_;
    Terms sums_{};
    std::size_t next_ = 0;
};

/// n^2 times the covariance of two columns of n values, exact: n sum(xy) - sum(x) sum(y).
[[nodiscard]] constexpr Int256 codispersion(int n, const Int256& xy, const Int256& x, const Int256& y) noexcept {
    return Int256(Int128{n}) * xy - x * y;
}

}  // namespace foxml::features
