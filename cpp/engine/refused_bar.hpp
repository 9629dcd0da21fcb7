#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/errors.hpp"

namespace foxml::engine {

/// A bar that cannot be one. Nothing has changed.
class RefusedBar : public InvalidInput {
   public:
    /// `index` is the symbol within a slice (-1: the slice itself), or the row within a batch.
    RefusedBar(std::ptrdiff_t index, std::int64_t close_ns, const std::string& reason)
        : InvalidInput("bar " + std::to_string(index) + " closing at " + std::to_string(close_ns) + ": " + reason),
          index_(index),
          close_ns_(close_ns),
          reason_(reason) {}

    [[nodiscard]] std::ptrdiff_t index() const noexcept { return index_; }
    [[nodiscard]] std::int64_t close_ns() const noexcept { return close_ns_; }
    [[nodiscard]] const std::string& reason() const noexcept { return reason_; }

   private:
    std::ptrdiff_t index_;
    std::int64_t close_ns_;
    std::string reason_;
};

}  // namespace foxml::engine
