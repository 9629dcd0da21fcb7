#include "features/interleaved.hpp"

#include <sys/mman.h>

#include <new>

namespace foxml::features {

namespace {

constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kLargePage = std::size_t{2} << 20;

}  // namespace

void* allocate_block(std::size_t bytes) {
    const bool large = bytes >= kLargePage;
    const std::size_t alignment = large ? kLargePage : kCacheLine;
    const std::size_t whole = (bytes / alignment + 1) * alignment;
    void* const memory = std::aligned_alloc(alignment, whole);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    if (large) {
        (void)madvise(memory, whole, MADV_HUGEPAGE);  // a wish: without it all works, slower
    }
    return memory;
}

}  // namespace foxml::features
