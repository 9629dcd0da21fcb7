#pragma once

#include <cstddef>
#include <cstdint>

#include "core/bytes.hpp"
#include "core/isa.hpp"
#include "features/gauges/aligned_values.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// Puts `value` into `count` sorted words in place of one that is `gone`. The words fill whole cache lines; one more
/// line is readable before them, as small as can be, and one behind them, as large as can be.
using ReplaceSorted = void (*)(std::int64_t* sorted, std::size_t count, std::int64_t gone, std::int64_t value);

void replace_sorted_avx512(std::int64_t* sorted, std::size_t count, std::int64_t gone, std::int64_t value) noexcept;

/// The last values of a series in their order of size.
///
///     sorted    1 3 3 5 8 9        8 leaves, 4 comes: what lies between moves by one place
///                   1 3 3 4 5 9
///
/// A search takes O(log w), the move at most w words of memory next to each other. With AVX-512, one pass
/// over all values takes less time than either: it has no branch that depends on where the values fall.
///
/// Places that no value has yet hold the largest integer, and that is what leaves until the window is full.
class SortedWindow {
   public:
    explicit SortedWindow(int window) : SortedWindow(window, chosen_isa()) {}
    SortedWindow(int window, Isa isa);

    /// Take a value in; of a full window the oldest goes.
    void push(std::int64_t value) noexcept;

    [[nodiscard]] bool full() const noexcept { return recent_.full(); }
    [[nodiscard]] std::size_t size() const noexcept { return recent_.size(); }

    /// The value that `place` others come before, in order of size.
    [[nodiscard]] std::int64_t operator[](std::size_t place) const noexcept { return sorted()[place]; }

    void reset() noexcept;
    void save(ByteWriter& writer) const { recent_.save(writer); }
    void load(ByteReader& reader);
    [[nodiscard]] std::size_t bytes() const noexcept { return recent_.bytes() + words_.bytes(); }

   private:
    static constexpr std::size_t kLine = AlignedValues<std::int64_t>::kLine;

    [[nodiscard]] std::int64_t* sorted() noexcept { return words_.data() + kLine; }
    [[nodiscard]] const std::int64_t* sorted() const noexcept { return words_.data() + kLine; }
    [[nodiscard]] std::size_t places() const noexcept { return words_.size() - 2 * kLine; }
    void replace(std::int64_t gone, std::int64_t value) noexcept;

    Recent<std::int64_t> recent_;
    AlignedValues<std::int64_t> words_;  ///< those in order, between a line of the least and one of the largest integer
    ReplaceSorted replace_;              ///< null where only scalar instructions may be used
};

}  // namespace foxml::features
