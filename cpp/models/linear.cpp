#include "models/linear.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/errors.hpp"
#include "models/links.hpp"

namespace foxml::models {

LinearModel::LinearModel(Frame frame, std::vector<Output> outputs, Link link, const std::string& source)
    : Model(std::move(frame), source), outputs_(std::move(outputs)), link_(link) {
    if (outputs_.empty()) {
        throw InvalidInput(source + ": outputs: expected at least one, found none");
    }
    if (link_ == Link::softmax && outputs_.size() < 2) {
        throw InvalidInput(source + ": link: softmax needs at least two outputs, found 1");
    }
    for (std::size_t k = 0; k < outputs_.size(); ++k) {
        check(outputs_[k], source + ": output " + std::to_string(k));
    }
}

void LinearModel::check(const Output& output, const std::string& place) const {
    if (output.features.size() != output.weights.size()) {
        throw InvalidInput(place + ": expected one weight a feature, found " + std::to_string(output.weights.size()) +
                           " weights of " + std::to_string(output.features.size()) + " features");
    }
    check_finite({output.intercept}, "intercept", place);
    check_finite(output.weights, "weight", place);
    std::vector<std::size_t> sorted = output.features;
    std::sort(sorted.begin(), sorted.end());
    if (!sorted.empty() && sorted.back() >= feature_count()) {
        throw InvalidInput(place + ": feature " + std::to_string(sorted.back()) + " does not exist; the model has " +
                           std::to_string(feature_count()));
    }
    const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
    if (twice != sorted.end()) {
        throw InvalidInput(place + ": feature " + std::to_string(*twice) + " has two weights");
    }
}

std::size_t LinearModel::parameter_count() const noexcept {
    std::size_t count = 0;
    for (const Output& output : outputs_) {
        count += 1 + output.weights.size();
    }
    return count;
}

template <typename Value>
double LinearModel::raw_score(const Output& output, const Value* row) const noexcept {
    const Preparation& prepared = frame().preparation;
    double sum = output.intercept;
    for (std::size_t i = 0; i < output.features.size(); ++i) {
        const std::size_t feature = output.features[i];
        sum += output.weights[i] * prepared(static_cast<double>(row[feature]), feature);
    }
    return std::isfinite(sum) ? sum : std::numeric_limits<double>::quiet_NaN();
}

void LinearModel::predict(const float* row, double*, double* scores) const noexcept {
    std::transform(outputs_.begin(), outputs_.end(), scores,
                   [&](const Output& output) { return raw_score(output, row); });
}

void LinearModel::predict(const double* row, double*, double* scores) const noexcept {
    std::transform(outputs_.begin(), outputs_.end(), scores,
                   [&](const Output& output) { return raw_score(output, row); });
}

void LinearModel::apply_link(double* scores) const noexcept {
    if (link_ == Link::softmax) {
        softmax(scores, outputs_.size());
    } else if (link_ == Link::sigmoid) {
        std::transform(scores, scores + outputs_.size(), scores, sigmoid);
    }
}

}  // namespace foxml::models
