#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace foxml::engine {

/// FNV-1a of 64 bits, fed piece by piece. Every step is a bijection of the state, so one changed byte is always seen.
class Checksum {
   public:
    void add(const void* data, std::size_t size) noexcept {
        const auto* bytes = static_cast<const unsigned char*>(data);
        for (std::size_t i = 0; i < size; ++i) {
            state_ = (state_ ^ bytes[i]) * kPrime;
        }
    }

    void add(std::string_view text) noexcept { add(text.data(), text.size()); }

    void add(std::uint64_t value) noexcept { add(&value, sizeof value); }

    [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

   private:
    static constexpr std::uint64_t kPrime = 0x100000001b3ULL;

    std::uint64_t state_ = 0xcbf29ce484222325ULL;
};

}  // namespace foxml::engine
