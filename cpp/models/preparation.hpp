#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace foxml::models {

/// What becomes of a row's values before a model sees them, step by step: the fill takes the place of NaN, the mean is
/// taken off, the rest is divided by the scale. Each vector has one number a feature, or is empty: no such step.
///
/// Without a fill a NaN stays NaN, and a row in which the model reads one has no score.
struct Preparation {
    std::vector<double> fill;
    std::vector<double> mean;
    std::vector<double> scale;

    [[nodiscard]] double operator()(double value, std::size_t feature) const noexcept {
        if (!fill.empty() && std::isnan(value)) {
            value = fill[feature];
        }
        if (!mean.empty()) {
            value -= mean[feature];
        }
        if (!scale.empty()) {
            value /= scale[feature];
        }
        return value;
    }
};

}  // namespace foxml::models
