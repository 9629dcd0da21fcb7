#pragma once

#include <string>
#include <string_view>

#include "trees/forest.hpp"
#include "trees/xgboost.hpp"

namespace foxml::trees {

/// Read a model of any format that there is a reader for; its first bytes tell which.
///
/// Throws InvalidInput if it is none of them, or as the reader does.
[[nodiscard]] Forest read_model_file(std::string_view bytes, const std::string& source,
                                     Iterations iterations = Iterations::all);

}  // namespace foxml::trees
