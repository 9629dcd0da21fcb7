#pragma once

#include <cstddef>
#include <cstdint>

#include "core/bytes.hpp"
#include "features/bar.hpp"
#include "features/operators.hpp"

namespace foxml::features {

/// Bars of a higher timeframe, put together inside, and the operators on them.
///
/// Buckets count from the session's open; the last one of a session may be short. A bucket is complete at the bar that
/// closes at its end or, where that bar is missing, when the next bar of any later bucket comes. Only complete buckets
/// reach the operators, so no value knows more than was known. The first bucket counts only if its first bar reaches
/// back to its start:
///
///     bars        |a|b|c|d|e|f|g|      start at b, 3 to a bucket
///     buckets     |--x--|--1--|..      x is dropped, bucket 1 is seen from f on
class Timeframe {
   public:
    Timeframe(int minutes, const Layout& layout, std::int64_t interval_ns, const Scale& scale, Isa isa = chosen_isa());

    /// Take in a bar of the base interval. Says whether the operators have changed.
    bool update(const IntegerBar& bar) noexcept;

    [[nodiscard]] int minutes() const noexcept { return static_cast<int>(length_ns_ / kMinuteNs); }
    /// Operators on the completed buckets.
    [[nodiscard]] const Operators& operators() const noexcept { return operators_; }

    void reset() noexcept;
    void save(ByteWriter& writer) const;
    void load(ByteReader& reader);
    [[nodiscard]] std::size_t bytes() const noexcept { return sizeof(*this) - sizeof(Operators) + operators_.bytes(); }

   private:
    void begin(const IntegerBar& bar, std::int64_t start_ns) noexcept;
    void complete() noexcept;

    std::int64_t length_ns_;
    std::int64_t interval_ns_;
    Operators operators_;
    bool seen_ = false;   ///< any bar yet
    bool open_ = false;   ///< a bucket is being filled
    bool whole_ = false;  ///< and was seen from its start
    std::int64_t start_ns_ = 0;
    IntegerBar bucket_{};  ///< closes when its last bar so far did
};

}  // namespace foxml::features
