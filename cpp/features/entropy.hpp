#pragma once

#include <cstdint>

namespace foxml::features {

/// Entropy in nats of eight counts, a byte each, that add up to `total`, at most 255.
///
/// (total ln total - sum of c ln c) / total, exactly 0 where one count is all.
[[nodiscard]] double entropy_of_counts(std::uint64_t counts, int total) noexcept;

}  // namespace foxml::features
