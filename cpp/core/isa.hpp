#pragma once

#include <string_view>

namespace foxml {

/// Which instructions the kernels may use. All give the same bits.
enum class Isa { scalar, avx2, avx512 };

[[nodiscard]] std::string_view name_of(Isa isa) noexcept;

/// The widest set that this machine has and FOXML_ISA (scalar, avx2 or avx512) allows; read once.
///
/// Throws InvalidInput if FOXML_ISA is something else, or names instructions that this machine does not have: a path
/// that was forced is never silently another.
[[nodiscard]] Isa chosen_isa();

/// What `chosen_isa` decides, as a function of the variable's value (null: not set) and of the machine's widest set.
[[nodiscard]] Isa isa_from(const char* forced, Isa widest);

/// The widest set of this machine.
[[nodiscard]] Isa widest_isa() noexcept;

}  // namespace foxml
