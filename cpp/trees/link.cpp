#include "trees/link.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "core/errors.hpp"

namespace foxml::trees {

namespace {

struct Named {
    std::string_view name;
    Link::Kind kind;
};

using enum Link::Kind;

constexpr std::array kLightgbm{
    Named{"regression", identity},
    Named{"regression_l1", identity},
    Named{"huber", identity},
    Named{"fair", identity},
    Named{"quantile", identity},
    Named{"mape", identity},
    Named{"lambdarank", identity},
    Named{"rank_xendcg", identity},
    Named{"custom", identity},
    Named{"poisson", exponential},
    Named{"gamma", exponential},
    Named{"tweedie", exponential},
    Named{"binary", sigmoid},
    Named{"multiclassova", sigmoid},
    Named{"cross_entropy", sigmoid},
    Named{"multiclass", softmax},
    Named{"cross_entropy_lambda", softplus},
};

constexpr std::array kXgboost{
    Named{"reg:squarederror", identity},
    Named{"reg:linear", identity},
    Named{"reg:squaredlogerror", identity},
    Named{"reg:pseudohubererror", identity},
    Named{"reg:absoluteerror", identity},
    Named{"reg:quantileerror", identity},
    Named{"binary:logitraw", identity},
    Named{"rank:pairwise", identity},
    Named{"rank:ndcg", identity},
    Named{"rank:map", identity},
    Named{"reg:logistic", sigmoid},
    Named{"binary:logistic", sigmoid},
    Named{"binary:hinge", step},
    Named{"count:poisson", exponential},
    Named{"reg:gamma", exponential},
    Named{"reg:tweedie", exponential},
    Named{"survival:cox", exponential},
    Named{"survival:aft", exponential},
    Named{"multi:softprob", softmax},
    Named{"multi:softmax", largest},
};

template <std::size_t N>
Link::Kind kind_of(const std::array<Named, N>& names, std::string_view name) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const Named& each) { return each.name == name; });
    if (found == names.end()) {
        throw InvalidInput("the objective \"" + std::string(name.substr(0, 60)) + "\" is not supported");
    }
    return found->kind;
}

/// XGBoost keeps the exponent below the overflow of expf, and adds a number too small to change a float sum.
float sigmoid_of(float x) noexcept {
    const float power = std::exp(std::min(-x, 88.7F));
    return 1.0F / (power + 1.0F + 1e-16F);
}

double sigmoid_of(double x) noexcept { return 1.0 / (1.0 + std::exp(x)); }

template <typename Number>
void softmax_of(double* scores, std::size_t count) noexcept {
    const auto largest_score = static_cast<Number>(*std::max_element(scores, scores + count));
    double sum = 0.0;
    for (std::size_t k = 0; k < count; ++k) {
        scores[k] = static_cast<double>(std::exp(static_cast<Number>(scores[k]) - largest_score));
        sum += scores[k];
    }
    for (std::size_t k = 0; k < count; ++k) {
        scores[k] = static_cast<double>(static_cast<Number>(scores[k]) / static_cast<Number>(sum));
    }
}

template <typename Number>
double one_output(const Link& link, Number x) noexcept {
    switch (link.kind) {
        case exponential:
            return static_cast<double>(std::exp(x));
        case signed_square:
            return static_cast<double>(static_cast<Number>((x > 0) - (x < 0)) * x * x);
        case softplus:
            return static_cast<double>(std::log1p(std::exp(x)));
        case step:
            return x > 0 ? 1.0 : 0.0;
        case sigmoid:
            if constexpr (std::is_same_v<Number, float>) {
                return static_cast<double>(sigmoid_of(x));
            } else {
                return sigmoid_of(-link.scale * x);
            }
        default:
            return static_cast<double>(x);
    }
}

template <typename Number>
void apply(const Forest& forest, double* scores) noexcept {
    const std::size_t count = forest.output_count;
    if (forest.link.kind == softmax) {
        softmax_of<Number>(scores, count);
    } else if (forest.link.kind == largest) {
        scores[0] = static_cast<double>(std::max_element(scores, scores + count) - scores);
    } else {
        for (std::size_t k = 0; k < count; ++k) {
            scores[k] = one_output(forest.link, static_cast<Number>(scores[k]));
        }
    }
}

}  // namespace

Link lightgbm_link(std::string_view objective, std::size_t output_count) {
    std::string_view rest = objective;
    const auto next_word = [&rest] {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        const std::string_view word = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        return word;
    };
    const std::string_view name = next_word();
    Link link{kind_of(kLightgbm, name)};
    while (!rest.empty()) {
        const std::string_view word = next_word();
        if (word == "sqrt" && link.kind == identity) {
            link.kind = signed_square;
        } else if (word.starts_with("sigmoid:")) {
            const char* const end = word.data() + word.size();
            const auto [stop, error] = std::from_chars(word.data() + 8, end, link.scale);
            if (error != std::errc{} || stop != end || !(link.scale > 0.0)) {
                throw InvalidInput("expected a positive number after \"sigmoid:\"");
            }
        } else if (word.starts_with("num_class:") && word.substr(10) != std::to_string(output_count)) {
            throw InvalidInput("the objective has another number of classes than num_tree_per_iteration");
        }
    }
    return link;
}

Link xgboost_link(std::string_view objective) { return Link{kind_of(kXgboost, objective)}; }

std::size_t link_width(const Forest& forest) noexcept { return forest.link.kind == largest ? 1 : forest.output_count; }

void apply_link(const Forest& forest, double* scores) noexcept {
    if (forest.link.averages) {
        std::for_each(scores, scores + forest.output_count, [&](double& score) { score /= forest.divisor; });
    }
    if (forest.arithmetic == Arithmetic::float32) {
        apply<float>(forest, scores);
    } else {
        apply<double>(forest, scores);
    }
}

}  // namespace foxml::trees
