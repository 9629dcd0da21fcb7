#pragma once

#include <string>
#include <string_view>

#include "trees/forest.hpp"

namespace foxml::trees {

/// Read a model in LightGBM's text format, versions v3 and v4.
///
/// `source` names the file in errors. Throws InvalidInput naming the line, what was found and what was expected.
[[nodiscard]] Forest read_lightgbm_text(std::string_view text, const std::string& source);

}  // namespace foxml::trees
