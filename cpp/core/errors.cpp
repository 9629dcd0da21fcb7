#include "core/errors.hpp"

#include <cstdio>
#include <cstdlib>

namespace foxml {

void assertion_failed(const char* condition, const char* file, int line) noexcept {
    std::fprintf(stderr, "foxml: assertion failed: %s (%s:%d)\n", condition, file, line);
    std::abort();
}

}  // namespace foxml
