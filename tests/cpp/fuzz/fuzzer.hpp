#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace foxml::fuzz {

/// What must always hold does not.
class Broken : public std::logic_error {
   public:
    using std::logic_error::logic_error;
};

/// What was looked at so far: a fuzzer that looks at nothing finds nothing.
struct Counts {
    std::uint64_t bars = 0;
    std::uint64_t ready_rows = 0;
    std::uint64_t finite_cells = 0;
    std::uint64_t undefined_cells = 0;
    std::uint64_t refused_slices = 0;
    std::uint64_t adjustments = 0;
    std::uint64_t restores = 0;
    std::uint64_t damaged_snapshots = 0;
    std::uint64_t forged_states = 0;
    std::uint64_t forged_states_taken = 0;
};
extern Counts counts;

/// Makes one comparison go wrong on purpose.
extern bool canary;

}  // namespace foxml::fuzz
