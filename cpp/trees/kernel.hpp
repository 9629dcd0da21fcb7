#pragma once

#include <cstddef>
#include <string_view>

namespace foxml::trees {

/// One way to compute the raw scores of a forest. All ways give the same bits.
class Kernel {
   public:
    Kernel() = default;
    Kernel(const Kernel&) = delete;
    Kernel& operator=(const Kernel&) = delete;
    virtual ~Kernel() = default;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;
    /// Memory of the tables that it reads while it predicts.
    [[nodiscard]] virtual std::size_t bytes() const noexcept = 0;
    /// Scratch memory that it needs, which begins at a whole cache line.
    [[nodiscard]] virtual std::size_t scratch_bytes() const noexcept = 0;

    /// Raw scores of `count` rows that lie `feature_count` values apart.
    virtual void predict(const float* rows, std::size_t count, unsigned char* scratch,
                         double* scores) const noexcept = 0;
    virtual void predict(const double* rows, std::size_t count, unsigned char* scratch,
                         double* scores) const noexcept = 0;
};

}  // namespace foxml::trees
