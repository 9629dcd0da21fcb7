#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/bytes.hpp"

namespace foxml::engine {

/// A number for whose state a snapshot is: the words given, the number of symbols, and the version of the kernel.
[[nodiscard]] std::uint64_t identity_of(std::string_view words, std::size_t symbol_count) noexcept;

/// Wraps a state so that a damaged or foreign one is seen before any of it is read:
///
///     magic | format | identity | length of the state | state | checksum of all before it
///       8       8         8               8                              8
[[nodiscard]] std::string sealed(const ByteWriter& state, std::uint64_t identity);

/// The state in `bytes`, which must outlive the reader. Throws InvalidInput saying what is wrong.
[[nodiscard]] ByteReader unsealed(std::string_view bytes, std::uint64_t identity);

}  // namespace foxml::engine
