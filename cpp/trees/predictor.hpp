#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/isa.hpp"
#include "trees/forest.hpp"
#include "trees/kernel.hpp"

namespace foxml::trees {

/// Which kernels a forest may be given, and a forced one.
struct KernelChoice {
    Isa isa = Isa::scalar;
    bool has_bytes = false;  ///< byte permutations of AVX-512 (VBMI)
    std::string_view forced = {};
};

/// What this machine has, FOXML_ISA allows and FOXML_FOREST_KERNEL (sweep, blend, lanes, interleaved or reference)
/// forces. Throws InvalidInput if one of them is unknown.
[[nodiscard]] KernelChoice chosen_kernels();

/// Predicts the raw scores of a forest by the fastest kernels for its shape: one for single rows, one for many.
///
/// A kernel that was forced and cannot serve a forest, or does not exist on the machine, gives way to the next that
/// can; `row_kernel` tells which one it is. Needs nothing of the forest afterwards.
class Predictor {
   public:
    /// Throws InvalidInput if the forced kernel's name is unknown.
    explicit Predictor(const Forest& forest, const KernelChoice& choice = chosen_kernels());

    /// Doubles of scratch memory that each function needs; one thread's at a time.
    [[nodiscard]] std::size_t scratch_size() const noexcept { return scratch_size_; }
    [[nodiscard]] std::string_view row_kernel() const noexcept { return row_->name(); }
    [[nodiscard]] std::string_view batch_kernel() const noexcept { return many_->name(); }
    /// Memory of the kernels' tables.
    [[nodiscard]] std::size_t bytes() const noexcept { return row_->bytes() + (many_ == row_ ? 0 : many_->bytes()); }

    /// Raw scores of one row into `scores` (`output_count` values). Allocates nothing.
    template <typename Value>
    void predict(const Value* row, double* scratch, double* scores) const noexcept {
        row_->predict(row, 1, lines_of(scratch), scores);
    }

    /// Raw scores of `count` rows that lie one after the other. Allocates nothing.
    template <typename Value>
    void predict_batch(const Value* rows, std::size_t count, double* scratch, double* scores) const noexcept {
        (count < kFewRows ? row_ : many_)->predict(rows, count, lines_of(scratch), scores);
    }

   private:
    static constexpr std::size_t kFewRows = 16;

    [[nodiscard]] static unsigned char* lines_of(double* scratch) noexcept;

    std::shared_ptr<const Kernel> row_;
    std::shared_ptr<const Kernel> many_;
    std::size_t scratch_size_;
};

}  // namespace foxml::trees
