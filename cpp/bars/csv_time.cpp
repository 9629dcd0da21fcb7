#include "bars/csv_time.hpp"

#include <chrono>
#include <cstddef>
#include <cstring>

namespace foxml::bars {

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kMinuteNs = 60 * kSecondNs;
constexpr std::int64_t kHourNs = 60 * kMinuteNs;
constexpr std::int64_t kDayNs = 24 * kHourNs;

[[nodiscard]] unsigned digit(char c) noexcept { return static_cast<unsigned char>(c) - static_cast<unsigned>('0'); }

/// A number of two digits up to a limit; more than the limit where it is none.
[[nodiscard]] unsigned two_digits(const char* at, unsigned limit) noexcept {
    const unsigned tens = digit(at[0]);
    const unsigned ones = digit(at[1]);
    return tens > 9 || ones > 9 || 10 * tens + ones > limit ? limit + 1 : 10 * tens + ones;
}

/// Reads up to nine digits behind a point into nanoseconds; null where there are none or more.
[[nodiscard]] const char* read_fraction(const char* at, const char* end, std::int64_t& time_ns) noexcept {
    std::int64_t unit_ns = kSecondNs;
    const char* const first = at;
    for (; at != end && digit(*at) <= 9; ++at) {
        if (unit_ns == 1) {
            return nullptr;
        }
        unit_ns /= 10;
        time_ns += digit(*at) * unit_ns;
    }
    return at == first ? nullptr : at;
}

/// Reads ``Z``, ``+hh``, ``+hhmm`` or ``+hh:mm``, and takes it off.
[[nodiscard]] const char* read_offset(const char* at, const char* end, std::int64_t& time_ns) noexcept {
    if (at != end && *at == 'Z') {
        return at + 1;
    }
    if (end - at < 3 || (*at != '+' && *at != '-')) {
        return nullptr;
    }
    const std::int64_t sign = *at == '-' ? -1 : 1;
    const unsigned hours = two_digits(at + 1, 23);
    at += 3;
    unsigned minutes = 0;
    const std::ptrdiff_t colon = at != end && *at == ':' ? 1 : 0;
    if (end - at >= colon + 2 && (colon == 1 || digit(*at) <= 9)) {
        minutes = two_digits(at + colon, 59);
        at += colon + 2;
    } else if (colon == 1) {
        return nullptr;
    }
    if (hours > 23 || minutes > 59) {
        return nullptr;
    }
    time_ns -= sign * (hours * kHourNs + minutes * kMinuteNs);
    return at;
}

/// Reads ``hh:mm`` or ``hh:mm:ss`` with or without a fraction.
[[nodiscard]] const char* read_clock(const char* at, const char* end, std::int64_t& time_ns) noexcept {
    if (end - at < 5 || at[2] != ':') {
        return nullptr;
    }
    const unsigned hours = two_digits(at, 23);
    const unsigned minutes = two_digits(at + 3, 59);
    if (hours > 23 || minutes > 59) {
        return nullptr;
    }
    time_ns += hours * kHourNs + minutes * kMinuteNs;
    at += 5;
    if (end - at < 3 || *at != ':') {
        return at;
    }
    const unsigned seconds = two_digits(at + 1, 59);
    if (seconds > 59) {
        return nullptr;
    }
    time_ns += seconds * kSecondNs;
    at += 3;
    return at != end && *at == '.' ? read_fraction(at + 1, end, time_ns) : at;
}

}  // namespace

bool CsvTimeReader::read_date(const char* at) noexcept {
    if (at[4] != '-' || at[7] != '-') {
        return false;
    }
    const unsigned century = two_digits(at, 99);
    const unsigned year = two_digits(at + 2, 99);
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(100 * century + year)},
                                           std::chrono::month{two_digits(at + 5, 12)},
                                           std::chrono::day{two_digits(at + 8, 31)}};
    // Other centuries, in which nanoseconds may not reach, are for a reader that can say so.
    if (century < 19 || century > 21 || year > 99 || !date.ok()) {
        return false;
    }
    date_ns_ = std::chrono::sys_days{date}.time_since_epoch().count() * kDayNs;
    std::memcpy(date_.data(), at, kDateBytes);
    return true;
}

const char* CsvTimeReader::read(const char* at, const char* end, std::int64_t& time_ns) noexcept {
    if (end - at < static_cast<std::ptrdiff_t>(kDateBytes)) {
        return nullptr;
    }
    if (std::memcmp(at, date_.data(), kDateBytes) != 0 && !read_date(at)) {
        return nullptr;
    }
    time_ns = date_ns_;
    at += kDateBytes;
    if (at != end && (*at == ' ' || *at == 'T')) {
        at = read_clock(at + 1, end, time_ns);
    } else if (with_offset_) {
        return nullptr;  // a date alone has no offset
    }
    return at != nullptr && with_offset_ ? read_offset(at, end, time_ns) : at;
}

}  // namespace foxml::bars
