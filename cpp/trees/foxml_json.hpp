#pragma once

#include <string>
#include <string_view>

#include "trees/forest.hpp"

namespace foxml::trees {

/// How a document of `read_foxml_json` begins; what follows may stand in any order.
inline constexpr std::string_view kFoxmlJson = R"({"format":"foxml-forest")";

/// Read a forest in FoxML's own form, which forests of libraries without an open format are written in:
///
///     {"format":"foxml-forest", "version":1, "origin":"...", "inputs":"float32", "feature_count":3,
///      "feature_names":["a","b","c"], "outputs":1, "base_margin":[0.5], "divisor":100.0, "link":"identity",
///      "trees":[{"output":0, "feature":[2], "threshold":[0.25], "left":[-1], "right":[-2], "default_left":[0],
///                "leaves":[1.5,-0.5]}]}
///
/// `inputs` is float32 or float64: what a row's values are rounded to. A child below 0 is leaf number -1 - child. NaN
/// goes the default way. `output` -1 says that leaves are vectors. The sum of the base margin and the leaves is divided
/// by `divisor`. Throws InvalidInput naming byte, key, tree or node.
[[nodiscard]] Forest read_foxml_json(std::string_view text, const std::string& source);

}  // namespace foxml::trees
