#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "models/model.hpp"

namespace foxml::models {

/// How the documents of `read_model_json` begin; what follows may stand in any order.
inline constexpr std::string_view kLinearJson = R"({"format":"foxml-linear")";
inline constexpr std::string_view kMixtureJson = R"({"format":"foxml-mixture")";

/// Read a model in FoxML's own form: a linear one,
///
///     {"format":"foxml-linear", "version":1, "origin":"...", "feature_count":3, "feature_names":["a","b","c"],
///      "missing":"nan", "mean":[0.5,0,1], "scale":[2,1,1], "link":"identity",
///      "outputs":[{"intercept":0.25, "feature":[0,2], "weight":[1.5,-0.5]}]}
///
/// or a mixture of normal distributions,
///
///     {"format":"foxml-mixture", "version":1, "origin":"...", "feature_count":2, "missing":"fill", "fill":[0,1],
///      "covariance":"full",
///      "components":[{"weight":0.25, "mean":[0,0], "covariance":[1,0.5,2]}, ...]}
///
/// `missing` is what NaN does to a row: "nan", it has no score; "fill", `fill` holds what takes its place. `mean`,
/// `scale` and `feature_names` may be absent. Of a full covariance the lower triangle stands row by row, of a diagonal
/// one the variances. `link` is identity, sigmoid or softmax.
///
/// Throws InvalidInput naming byte, key, output or component; an unknown or repeated key is an error.
[[nodiscard]] std::unique_ptr<const Model> read_model_json(std::string_view text, const std::string& source);

}  // namespace foxml::models
