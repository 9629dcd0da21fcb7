#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "core/bytes.hpp"
#include "core/errors.hpp"
#include "core/int256.hpp"
#include "features/gauges/recent.hpp"
#include "features/prefix_ring.hpp"

namespace foxml::features {

/// codispersion, however wide its sums are.
[[nodiscard]] double wide_codispersion(int n, const Int256& xy, Int128 x, Int128 y) noexcept;

/// Sums over a window of terms too wide for the prefix ring.
///
/// The terms of the entry that comes are added, those of the entry that leaves are subtracted. All of it is integer:
/// nothing drifts, and the sums are those of the window whatever came before it.
///
/// `terms_of` makes a std::tuple of integers of an entry, `Sums` is one as wide as their sums may be.
template <Storable Entry, auto terms_of, typename Sums = decltype(terms_of(Entry{}))>
class RunningSums {
   public:
    using Terms = decltype(terms_of(Entry{}));

    explicit RunningSums(int bars) : entries_(bars) {}

    /// Of the whole window.
    [[nodiscard]] int bars() const noexcept { return static_cast<int>(entries_.capacity()); }
    [[nodiscard]] const Sums& sums() const noexcept { return sums_; }

    void push(const Entry& entry) noexcept {
        add(sums_, terms_of(entry), entries_.full() ? terms_of(entries_.oldest()) : Terms{});
        entries_.push(entry);
#if FOXML_RECOMPUTES_SUMS
        Sums anew{};
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            add(anew, terms_of(entries_[i]), Terms{});
        }
        FOXML_ASSERT(anew == sums_);
#endif
    }

    void reset() noexcept {
        entries_.clear();
        sums_ = Sums{};
    }

    void save(ByteWriter& writer) const { entries_.save(writer); }

    /// The sums are made anew. Throws InvalidInput if an entry is not `possible`.
    template <typename Possible>
    void load(ByteReader& reader, Possible possible) {
        sums_ = Sums{};
        entries_.load(reader, [this, possible](const Entry& entry) {
            if (!possible(entry)) {
                throw InvalidInput("snapshot holds a bar of a window that cannot be one");
            }
            push(entry);
        });
    }

    [[nodiscard]] std::size_t bytes() const noexcept { return entries_.bytes(); }

   private:
    static void add(Sums& sums, const Terms& come, const Terms& gone) noexcept {
        [&]<std::size_t... i>(std::index_sequence<i...>) {
            ((std::get<i>(sums) += std::get<i>(come) - std::get<i>(gone)), ...);
        }(std::make_index_sequence<std::tuple_size_v<Terms>>{});
    }

    Recent<Entry> entries_;
    Sums sums_{};
};

/// n^2 times the covariance of two columns of n values, n at most 1024: n sum(xy) - sum(x) sum(y), exact but for the
/// last step, to the nearest double.
[[nodiscard]] inline double codispersion(int n, const Int256& xy, Int128 x, Int128 y) noexcept {
    if (xy.fits(117) && fits_64(x) && fits_64(y)) {  // neither product has more than 127 bits: as almost always
        return nearest_double(n * static_cast<Int128>(xy.low()) -
                              product(static_cast<std::int64_t>(x), static_cast<std::int64_t>(y)));
    }
    return wide_codispersion(n, xy, x, y);
}

}  // namespace foxml::features
