#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <span>

namespace foxml::fuzz {

/// The bytes of an input as a row of decisions; 0 once they are used up.
class Choices {
   public:
    explicit Choices(std::span<const std::uint8_t> bytes) noexcept : bytes_(bytes) {}

    [[nodiscard]] bool done() const noexcept { return next_ >= bytes_.size(); }

    [[nodiscard]] std::uint64_t word(std::size_t byte_count) noexcept {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < byte_count; ++i) {
            value = value << 8 | (done() ? 0 : bytes_[next_++]);
        }
        return value;
    }

    /// From 0 to before `count`.
    [[nodiscard]] std::size_t below(std::size_t count) noexcept { return word(count > 256 ? 4 : 1) % count; }

    [[nodiscard]] bool one_in(std::size_t count) noexcept { return below(count) == count - 1; }

    /// What a few bytes stand for at length.
    [[nodiscard]] std::mt19937_64 random() noexcept { return std::mt19937_64(word(3)); }

   private:
    std::span<const std::uint8_t> bytes_;
    std::size_t next_ = 0;
};

}  // namespace foxml::fuzz
