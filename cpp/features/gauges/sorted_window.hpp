#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/bytes.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// The last values of a series in their order of size.
///
///     sorted    1 3 3 5 8 9        8 leaves, 4 comes: what lies between moves by one place
///                   1 3 3 4 5 9
///
/// A search takes O(log w), the move at most w words of memory next to each other.
class SortedWindow {
   public:
    explicit SortedWindow(int window);

    /// Take a value in; of a full window the oldest goes.
    void push(std::int64_t value) noexcept;

    [[nodiscard]] bool full() const noexcept { return recent_.full(); }
    [[nodiscard]] std::size_t size() const noexcept { return recent_.size(); }
    [[nodiscard]] std::int64_t newest() const noexcept { return recent_.newest(); }

    /// The value that `place` others come before, in order of size.
    [[nodiscard]] std::int64_t operator[](std::size_t place) const noexcept { return sorted_[place]; }

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
    Recent<std::int64_t> recent_;
    std::vector<std::int64_t> sorted_;  ///< as many as are recent
    std::size_t newest_place_ = 0;      ///< the first of those that equal it
};

}  // namespace foxml::features
