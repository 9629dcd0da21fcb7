#include "models/model.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"

namespace foxml::models {

namespace {

void check_step(const std::vector<double>& values, const std::string& what, std::size_t features,
                const std::string& source) {
    if (!values.empty() && values.size() != features) {
        throw InvalidInput(source + ": " + what + ": expected " + std::to_string(features) + " numbers, found " +
                           std::to_string(values.size()));
    }
    check_finite(values, what, source);
}

}  // namespace

void check_finite(const std::vector<double>& values, const std::string& what, const std::string& source) {
    const auto found =
        std::find_if_not(values.begin(), values.end(), [](double value) { return std::isfinite(value); });
    if (found != values.end()) {
        throw InvalidInput(source + ": " + what + ": number " + std::to_string(found - values.begin()) +
                           " is not finite");
    }
}

Model::Model(Frame frame, const std::string& source) : frame_(std::move(frame)) {
    const std::size_t features = frame_.feature_count;
    if (features == 0) {
        throw InvalidInput(source + ": feature_count: expected at least 1, found 0");
    }
    if (!frame_.feature_names.empty() && frame_.feature_names.size() != features) {
        throw InvalidInput(source + ": feature_names: expected " + std::to_string(features) + " names, found " +
                           std::to_string(frame_.feature_names.size()));
    }
    const Preparation& steps = frame_.preparation;
    check_step(steps.fill, "fill", features, source);
    check_step(steps.mean, "mean", features, source);
    check_step(steps.scale, "scale", features, source);
    if (std::find(steps.scale.begin(), steps.scale.end(), 0.0) != steps.scale.end()) {
        throw InvalidInput(source + ": scale: expected no 0, which divides nothing");
    }
}

}  // namespace foxml::models
