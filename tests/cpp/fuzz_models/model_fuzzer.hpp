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

/// What was looked at so far: a fuzzer whose every input is refused at the first byte finds nothing.
struct ModelCounts {
    std::uint64_t refused = 0;
    std::uint64_t read = 0;
    std::uint64_t scores = 0;
};
extern ModelCounts model_counts;

/// Makes one comparison go wrong on purpose.
extern bool model_canary;

}  // namespace foxml::fuzz
