#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bytes.hpp"
#include "core/isa.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// Puts `value` into a sorted array in place of one that is `gone`, and counts those below it. On both sides of the
/// array eight words must be readable, as small as can be before and as large as can be behind it.
using ReplaceSorted = std::size_t (*)(std::int64_t* sorted, std::size_t count, std::int64_t gone, std::int64_t value);

std::size_t replace_sorted_avx512(std::int64_t* sorted, std::size_t count, std::int64_t gone,
                                  std::int64_t value) noexcept;

/// The last values of a series in their order of size.
///
///     sorted    1 3 3 5 8 9        8 leaves, 4 comes: what lies between moves by one place
///                   1 3 3 4 5 9
///
/// A search takes O(log w), the move at most w words of memory next to each other. With AVX-512, one pass
/// over all values takes less time than either: it has no branch that depends on where the values fall.
class SortedWindow {
   public:
    explicit SortedWindow(int window) : SortedWindow(window, chosen_isa()) {}
    SortedWindow(int window, Isa isa);

    /// Take a value in; of a full window the oldest goes.
    void push(std::int64_t value) noexcept;

    [[nodiscard]] bool full() const noexcept { return recent_.full(); }
    [[nodiscard]] std::size_t size() const noexcept { return recent_.size(); }
    [[nodiscard]] std::int64_t newest() const noexcept { return recent_.newest(); }

    /// The value that `place` others come before, in order of size.
    [[nodiscard]] std::int64_t operator[](std::size_t place) const noexcept { return sorted_[kPadding + place]; }

    /// How many values are less than this one.
    [[nodiscard]] std::size_t below(std::int64_t value) const noexcept;
    /// How many values are less than the newest.
    [[nodiscard]] std::size_t below_newest() const noexcept { return newest_place_; }
    /// How many values are the newest one.
    [[nodiscard]] std::size_t equal_to_newest() const noexcept;

    void reset() noexcept { recent_.clear(); }
    void save(ByteWriter& writer) const { recent_.save(writer); }
    void load(ByteReader& reader);
    [[nodiscard]] std::size_t bytes() const noexcept { return recent_.bytes() + sorted_.size() * sizeof(std::int64_t); }

   private:
    static constexpr std::size_t kPadding = 8;

    [[nodiscard]] std::int64_t* sorted() noexcept { return sorted_.data() + kPadding; }
    [[nodiscard]] const std::int64_t* sorted() const noexcept { return sorted_.data() + kPadding; }
    void replace(std::int64_t gone, std::int64_t value) noexcept;

    Recent<std::int64_t> recent_;
    std::vector<std::int64_t> sorted_;  ///< as many as are recent, between paddings
    std::size_t newest_place_ = 0;      ///< the first of those that equal it
    ReplaceSorted replace_;             ///< null where only scalar instructions may be used
};

}  // namespace foxml::features
