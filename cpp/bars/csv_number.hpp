#pragma once

#include <cstdint>

namespace foxml::bars {

/// Read a decimal, such as ``167.42`` or ``1.5e3``, into the double nearest to it.
///
/// Returns where it ends, or null where there is none in plain digits: a plus sign, nan and inf are no numbers here,
/// nor are those beyond the range of a double.
[[nodiscard]] const char* read_decimal(const char* at, const char* end, double& value) noexcept;

/// The same, character by character, whatever the machine: what `read_decimal` is compared with.
[[nodiscard]] const char* read_decimal_plainly(const char* at, const char* end, double& value) noexcept;

/// Read a whole number of at most 18 digits, with a minus sign or none. Null where there is none.
[[nodiscard]] const char* read_whole(const char* at, const char* end, std::int64_t& value) noexcept;

}  // namespace foxml::bars
