#pragma once

#include <cstddef>
#include <cstdint>

#include "core/bytes.hpp"
#include "core/isa.hpp"
#include "features/gauges/recent.hpp"

namespace foxml::features {

/// How many of `count` values are below one, twice, and how many are equal to it, once: `count` less those above, plus
/// those below. No value is negative, and they fill whole cache lines.
using CountBelow = std::size_t (*)(const std::int64_t* values, std::size_t count, std::int64_t value);

std::size_t count_below_avx2(const std::int64_t* values, std::size_t count, std::int64_t value) noexcept;
std::size_t count_below_avx512(const std::int64_t* values, std::size_t count, std::int64_t value) noexcept;

/// Rank of the newest among the last values of a series.
///
/// Nothing is kept in order: to compare the newest with all others takes less time than to put it among them.
class RankWindow {
   public:
    explicit RankWindow(int window) : RankWindow(window, chosen_isa()) {}
    RankWindow(int window, Isa isa);

    /// Take a value in that is not negative and below the largest integer; of a full window the oldest goes.
    void push(std::int64_t value) noexcept { recent_.push(value); }

    [[nodiscard]] bool full() const noexcept { return recent_.full(); }
    [[nodiscard]] std::size_t size() const noexcept { return recent_.size(); }

    /// Of a full window: twice as many as the values below the newest, and once those equal to it, itself included.
    [[nodiscard]] std::size_t twice_below() const noexcept {
        const auto lines = recent_.lines();
        return count_(lines.data(), lines.size(), recent_.newest());
    }

    void reset() noexcept { recent_.clear(); }
    void save(ByteWriter& writer) const { recent_.save(writer); }
    void load(ByteReader& reader);
    [[nodiscard]] std::size_t bytes() const noexcept { return recent_.bytes(); }

   private:
    Recent<std::int64_t> recent_;  ///< filled with the largest integer: neither below another nor equal
    CountBelow count_;
};

}  // namespace foxml::features
