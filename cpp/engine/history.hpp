#pragma once

#include <cstddef>
#include <vector>

#include "core/bytes.hpp"
#include "features/bar.hpp"

namespace foxml::engine {

/// The newest raw bars of one symbol, each with the product of all factors that came after it.
///
/// A corporate action changes no bar, only what a bar counts for today:
///
///     raw close     factor          counts as
///       499.23       0.25             124.8075      before a 4:1 split
///       129.04       1                129.04        after it
///
/// A bar is rounded to the price grid once, after raw * factor: many actions never round many times.
class History {
   public:
    struct Entry {
        features::Bar raw;
        double price_factor;
        double volume_factor;
    };

    explicit History(std::size_t capacity) : capacity_(capacity) { entries_.reserve(capacity); }

    /// Takes in the next bar; the oldest goes once `capacity` are held. Allocates nothing.
    void push(const features::Bar& raw) noexcept;

    /// Multiplies the factors of every bar held.
    void adjust(double price_factor, double volume_factor) noexcept;

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// Bar `i` on today's terms, 0 the oldest.
    [[nodiscard]] features::Bar adjusted(std::size_t i) const noexcept;

    void save(ByteWriter& out) const;

    /// Throws InvalidInput if the bytes are not a history of this capacity.
    void load(ByteReader& in);

   private:
    [[nodiscard]] const Entry& entry(std::size_t i) const noexcept;

    std::size_t capacity_;
    std::size_t oldest_ = 0;
    std::vector<Entry> entries_;
};

}  // namespace foxml::engine
