#include "models/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/cholesky.hpp"
#include "core/errors.hpp"
#include "core/numerics.hpp"
#include "models/links.hpp"

namespace foxml::models {

namespace {

constexpr double kLogTwoPi = 1.83787706640934548356;
/// Weights are divided by their sum in float64; that they are probabilities shows to this much.
constexpr double kWeightTolerance = 1e-6;

void check_count(const std::vector<double>& values, std::size_t expected, const std::string& what,
                 const std::string& place) {
    if (values.size() != expected) {
        throw InvalidInput(place + ": " + what + ": expected " + std::to_string(expected) + " numbers, found " +
                           std::to_string(values.size()));
    }
    check_finite(values, what, place);
}

}  // namespace

Mixture::Mixture(Frame frame, std::vector<Component> components, bool is_diagonal, const std::string& source)
    : Model(std::move(frame), source), components_(std::move(components)), is_diagonal_(is_diagonal) {
    if (components_.size() < 2) {
        throw InvalidInput(source + ": components: expected at least two, found " + std::to_string(components_.size()));
    }
    double sum = 0.0;
    for (std::size_t k = 0; k < components_.size(); ++k) {
        const std::string place = source + ": component " + std::to_string(k);
        check(components_[k], place);
        factorize(components_[k], place);
        sum += components_[k].weight;
    }
    if (!(std::abs(sum - 1.0) <= kWeightTolerance)) {
        throw InvalidInput(source + ": weights: expected a sum of 1, found " + std::to_string(sum));
    }
}

void Mixture::check(const Component& component, const std::string& place) const {
    // Asked before anything is multiplied: a file with so many numbers would have been read by now.
    const std::size_t features = feature_count();
    check_count(component.mean, features, "mean", place);
    check_count(component.covariance, is_diagonal_ ? features : triangle_row(features), "covariance", place);
    if (!(component.weight > 0.0 && component.weight <= 1.0)) {
        throw InvalidInput(place + ": weight: expected a number above 0 and up to 1, found " +
                           std::to_string(component.weight));
    }
}

void Mixture::factorize(Component& component, const std::string& place) {
    const std::size_t features = feature_count();
    std::vector<double>& factor = component.covariance;
    bool is_definite = true;
    if (is_diagonal_) {
        is_definite = std::all_of(factor.begin(), factor.end(), [](double variance) { return variance > 0.0; });
        std::transform(factor.begin(), factor.end(), factor.begin(),
                       [](double variance) { return std::sqrt(variance); });
    } else {
        is_definite = cholesky(factor, features);
    }
    if (!is_definite) {
        throw InvalidInput(place + ": covariance: expected a positive definite matrix");
    }
    double log_scale = 0.0;
    for (std::size_t i = 0; i < features; ++i) {
        log_scale += log(factor[is_diagonal_ ? i : triangle_row(i) + i]);
    }
    constants_.push_back(log(component.weight) - 0.5 * static_cast<double>(features) * kLogTwoPi - log_scale);
}

std::size_t Mixture::parameter_count() const noexcept {
    return components_.size() * (1 + components_.front().mean.size() + components_.front().covariance.size());
}

template <typename Value>
void Mixture::densities(const Value* row, double* scratch, double* scores) const noexcept {
    const std::size_t features = feature_count();
    double* const values = scratch;
    double* const rest = scratch + features;
    for (std::size_t i = 0; i < features; ++i) {
        values[i] = frame().preparation(static_cast<double>(row[i]), i);
    }
    bool is_finite = true;
    for (std::size_t k = 0; k < components_.size(); ++k) {
        const Component& component = components_[k];
        std::transform(values, values + features, component.mean.begin(), rest,
                       [](double value, double mean) { return value - mean; });
        if (is_diagonal_) {
            std::transform(rest, rest + features, component.covariance.begin(), rest,
                           [](double value, double scale) { return value / scale; });
        } else {
            solve_lower(component.covariance.data(), features, rest);
        }
        double square = 0.0;
        for (std::size_t i = 0; i < features; ++i) {
            square += rest[i] * rest[i];
        }
        scores[k] = constants_[k] - 0.5 * square;
        is_finite = is_finite && std::isfinite(scores[k]);
    }
    if (!is_finite) {
        std::fill_n(scores, components_.size(), std::numeric_limits<double>::quiet_NaN());
    }
}

void Mixture::predict(const float* row, double* scratch, double* scores) const noexcept {
    densities(row, scratch, scores);
}

void Mixture::predict(const double* row, double* scratch, double* scores) const noexcept {
    densities(row, scratch, scores);
}

void Mixture::apply_link(double* scores) const noexcept { softmax(scores, components_.size()); }

}  // namespace foxml::models
