#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "core/errors.hpp"

namespace foxml {

/// Values that a snapshot may hold: no padding whose bytes would differ from one save to the next.
template <typename Value>
concept Storable = std::is_trivially_copyable_v<Value> &&
                   (std::has_unique_object_representations_v<Value> || std::is_floating_point_v<Value>);

/// Appends values to a growing buffer, little-endian and without padding.
class ByteWriter {
   public:
    template <Storable Value>
    void put(const Value& value) {
        put_all(std::span<const Value>(&value, 1));
    }

    template <Storable Value>
    void put_all(std::span<const Value> values) {
        const auto bytes = std::as_bytes(values);
        // Not insert(): g++ 12 sees an overflow in it that is not there.
        const std::size_t before = bytes_.size();
        bytes_.resize(before + bytes.size());
        if (!bytes.empty()) {
            std::memcpy(bytes_.data() + before, bytes.data(), bytes.size());
        }
    }

    [[nodiscard]] std::span<const std::byte> bytes() const noexcept { return bytes_; }

   private:
    std::vector<std::byte> bytes_;
};

/// Reads what a ByteWriter wrote, in the same order; throws InvalidInput at a byte that is not there.
class ByteReader {
   public:
    explicit ByteReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}

    template <Storable Value>
    [[nodiscard]] Value get() {
        Value value{};
        get_all(std::span<Value>(&value, 1));
        return value;
    }

    template <Storable Value>
    void get_all(std::span<Value> values) {
        const auto taken = take(values.size_bytes());
        if (!taken.empty()) {
            std::memcpy(values.data(), taken.data(), taken.size());
        }
    }

    /// The next `count` bytes, as a view of the buffer.
    [[nodiscard]] std::span<const std::byte> take(std::size_t count) {
        if (count > remaining()) {
            throw InvalidInput("snapshot is truncated: " + std::to_string(count) + " bytes expected at byte " +
                               std::to_string(position_) + ", " + std::to_string(remaining()) + " found");
        }
        const auto taken = bytes_.subspan(position_, count);
        position_ += count;
        return taken;
    }

    [[nodiscard]] std::size_t position() const noexcept { return position_; }
    [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - position_; }

   private:
    std::span<const std::byte> bytes_;
    std::size_t position_ = 0;
};

}  // namespace foxml
