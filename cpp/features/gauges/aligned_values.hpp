#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "features/interleaved.hpp"

namespace foxml::features {

/// Values from the start of a cache line on: at least `count` of them and, where a line holds a whole number of them,
/// as many more as fill the last line.
template <typename Value>
class AlignedValues {
   public:
    static constexpr std::size_t kLine = 64 % sizeof(Value) == 0 ? 64 / sizeof(Value) : 1;

    AlignedValues(std::size_t count, Value fill)
        : size_((count + kLine - 1) / kLine * kLine), values_(static_cast<Value*>(allocate_block(bytes()))) {
        std::uninitialized_fill_n(data(), size_, fill);
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] Value* data() noexcept { return values_.get(); }
    [[nodiscard]] const Value* data() const noexcept { return values_.get(); }
    [[nodiscard]] std::size_t bytes() const noexcept { return size_ * sizeof(Value); }

   private:
    struct Free {
        void operator()(Value* values) const noexcept { std::free(values); }
    };

    std::size_t size_;
    std::unique_ptr<Value[], Free> values_;
};

}  // namespace foxml::features
