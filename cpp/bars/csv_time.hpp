#pragma once

#include <array>
#include <cstdint>

namespace foxml::bars {

/// Reads dates and times in ISO form: ``2024-01-02``, ``2024-01-02 09:30``, ``2024-01-02T09:30:00.5-05:00``.
///
/// The date of the time before is remembered: rows of one day follow one another.
class CsvTimeReader {
   public:
    /// @param with_offset whether each time ends with an offset from UTC, or none does
    explicit CsvTimeReader(bool with_offset) noexcept : with_offset_(with_offset) {}

    /// Read a time into nanoseconds since 1970. Returns where it ends, or null where there is none.
    [[nodiscard]] const char* read(const char* at, const char* end, std::int64_t& time_ns) noexcept;

   private:
    static constexpr std::size_t kDateBytes = 10;

    [[nodiscard]] bool read_date(const char* at) noexcept;

    bool with_offset_;
    std::array<char, kDateBytes> date_{'1', '9', '7', '0', '-', '0', '1', '-', '0', '1'};
    std::int64_t date_ns_ = 0;
};

}  // namespace foxml::bars
