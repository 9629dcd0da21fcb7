#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/bytes.hpp"
#include "core/errors.hpp"
#include "features/gauges/aligned_values.hpp"

namespace foxml::features {

/// The last values of a series, at most `capacity` of them.
template <Storable Value>
class Recent {
   public:
    /// What is behind a full series, up to the end of a cache line, is `fill`.
    explicit Recent(int capacity, Value fill = {})
        : capacity_(static_cast<std::size_t>(capacity)), values_(capacity_, fill) {}

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool full() const noexcept { return size_ == capacity_; }

    /// Of a full series all values, in no order that means anything, and the fill.
    [[nodiscard]] std::span<const Value> lines() const noexcept { return {values_.data(), values_.size()}; }

    /// The value that came `place` values after the oldest.
    [[nodiscard]] Value operator[](std::size_t place) const noexcept {
        FOXML_ASSERT(place < size_);
        return values_.data()[wrapped(next_ + (full() ? 0 : capacity_ - size_) + place)];
    }
    [[nodiscard]] Value oldest() const noexcept { return (*this)[0]; }
    [[nodiscard]] Value newest() const noexcept {
        FOXML_ASSERT(size_ > 0);
        return values_.data()[(next_ == 0 ? capacity_ : next_) - 1];
    }

    /// Take a value in; of a full series the oldest goes.
    void push(Value value) noexcept {
        values_.data()[next_] = value;
        next_ = wrapped(next_ + 1);
        size_ += full() ? 0 : 1;
    }

    void clear() noexcept { size_ = 0; }

    /// From the oldest to the newest: the bytes say nothing of where the ring began.
    void save(ByteWriter& writer) const {
        writer.put(static_cast<std::uint64_t>(size_));
        for (std::size_t i = 0; i < size_; ++i) {
            writer.put((*this)[i]);
        }
    }

    /// Hands each value to `take`, the oldest first; `take` pushes it here, or refuses it.
    template <typename Take>
    void load(ByteReader& reader, Take take) {
        clear();
        const auto size = reader.get<std::uint64_t>();
        if (size > capacity()) {
            throw InvalidInput("snapshot holds " + std::to_string(size) + " values of a window of " +
                               std::to_string(capacity()));
        }
        for (std::uint64_t i = 0; i < size; ++i) {
            take(reader.get<Value>());
        }
    }

    [[nodiscard]] std::size_t bytes() const noexcept { return values_.bytes(); }

   private:
    [[nodiscard]] std::size_t wrapped(std::size_t place) const noexcept {
        return place < capacity_ ? place : place - capacity_;
    }

    std::size_t capacity_;
    AlignedValues<Value> values_;
    std::size_t next_ = 0;
    std::size_t size_ = 0;
};

}  // namespace foxml::features
