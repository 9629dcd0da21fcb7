#pragma once

#include <string_view>

namespace foxml::engine {

/// Part of every plan's hash: another version may compute other bits. Raised with every change of a formula, an
/// operator or a rounding.
inline constexpr std::string_view kKernelVersion = "2";

}  // namespace foxml::engine
