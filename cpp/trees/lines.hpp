#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

namespace foxml::trees {

/// Memory in whole cache lines, for data that vector loads read.
class Lines {
   public:
    /// Room for `bytes` more, each `fill`; returns where it begins.
    std::size_t grow(std::size_t bytes, unsigned char fill = 0) {
        const std::size_t begin = lines_.size() * sizeof(Line);
        lines_.resize(lines_.size() + (bytes + sizeof(Line) - 1) / sizeof(Line));
        if (bytes > 0) {
            std::memset(data() + begin, fill, size() - begin);
        }
        return begin;
    }

    [[nodiscard]] unsigned char* data() noexcept { return lines_.empty() ? nullptr : lines_.front().bytes; }
    [[nodiscard]] const unsigned char* data() const noexcept { return lines_.empty() ? nullptr : lines_.front().bytes; }
    [[nodiscard]] std::size_t size() const noexcept { return lines_.size() * sizeof(Line); }

    template <typename Item>
    [[nodiscard]] const Item* as() const noexcept {
        return reinterpret_cast<const Item*>(data());
    }

   private:
    struct alignas(64) Line {
        unsigned char bytes[64];
    };
    std::vector<Line> lines_;
};

/// Bytes rounded up to whole cache lines.
constexpr std::size_t whole_lines(std::size_t bytes) noexcept { return (bytes + 63) / 64 * 64; }

}  // namespace foxml::trees
