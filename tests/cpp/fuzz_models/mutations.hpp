#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace foxml::fuzz {

/// A damaged copy of one of the seeds: bytes, numbers, lines and pieces of it changed, left out, doubled or taken from
/// another seed. The same number gives the same bytes.
[[nodiscard]] std::string mutated(const std::vector<std::string>& seeds, std::mt19937_64& random);

}  // namespace foxml::fuzz
