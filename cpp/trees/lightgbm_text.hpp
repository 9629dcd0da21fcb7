#pragma once

#include <string>
#include <string_view>

#include "trees/forest.hpp"

namespace foxml::trees {

/// Read a model in LightGBM's text format, versions v3 and v4.
///
/// `source` names the file in errors. Throws InvalidInput naming the line, what was found and what was expected; a
/// construct that is not supported (categorical splits, linear leaves, averaged output) is refused by its name.
[[nodiscard]] Forest read_lightgbm_text(std::string_view text, const std::string& source);

}  // namespace foxml::trees
