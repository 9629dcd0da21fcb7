// Models are read as written and scored in the order that is stated; what is wrong is refused by its key.
#include "models/model_json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "core/errors.hpp"
#include "core/numerics.hpp"

namespace foxml::models {
namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string linear(const std::string& rest) {
    return R"({"format":"foxml-linear","version":1,"origin":"test","feature_count":3,)" + rest + "}";
}

std::vector<double> scores(const Model& model, std::vector<double> row) {
    std::vector<double> scratch(model.scratch_size());
    std::vector<double> found(model.output_count());
    model.predict(row.data(), scratch.data(), found.data());
    return found;
}

// 1e16 + 1 rounds to 1e16: the sum shows in which order it was taken, from the intercept on.
TEST(LinearModelTest, AddsInListedOrderFromTheIntercept) {
    const std::string head = R"("missing":"nan","link":"identity","outputs":[{"intercept":1e16,"feature":)";
    const auto forward = read_model_json(linear(head + R"([0,1],"weight":[1,-1e16]}])"), "m");
    const auto backward = read_model_json(linear(head + R"([1,0],"weight":[-1e16,1]}])"), "m");
    EXPECT_EQ(scores(*forward, {1.0, 1.0, kNaN})[0], 0.0);
    EXPECT_EQ(scores(*backward, {1.0, 1.0, kNaN})[0], 1.0);
}

// Steps are rounded one by one: folded into weight and intercept they would give other bits.
TEST(LinearModelTest, PreparesBeforeItWeighs) {
    const auto model = read_model_json(linear(R"("missing":"fill","fill":[0.1,7,0],"mean":[0.3,0,0],"scale":[0.7,1,1],
        "link":"identity","outputs":[{"intercept":0.2,"feature":[0],"weight":[1.1]}])"),
                                       "m");
    EXPECT_EQ(scores(*model, {0.9, kNaN, kNaN})[0], 0.2 + 1.1 * ((0.9 - 0.3) / 0.7));
    EXPECT_EQ(scores(*model, {kNaN, kNaN, kNaN})[0], 0.2 + 1.1 * ((0.1 - 0.3) / 0.7));
}

// What is no number must not reach a decision: neither NaN that is not filled, nor a sum beyond all numbers.
TEST(LinearModelTest, HasNoScoreWhereNoneIsFinite) {
    const auto model = read_model_json(
        linear(R"("missing":"nan","link":"identity","outputs":[{"intercept":0,"feature":[0],"weight":[1e300]}])"), "m");
    EXPECT_TRUE(std::isnan(scores(*model, {kNaN, 0.0, 0.0})[0]));
    EXPECT_TRUE(std::isnan(scores(*model, {1e300, 0.0, 0.0})[0]));
    EXPECT_TRUE(std::isnan(scores(*model, {std::numeric_limits<double>::infinity(), 0.0, 0.0})[0]));
    EXPECT_EQ(scores(*model, {1.0, kNaN, kNaN})[0], 1e300);  // unread features may be missing
}

// A row of floats is a row of the doubles that they are.
TEST(LinearModelTest, TakesFloats) {
    const auto model = read_model_json(
        linear(R"("missing":"nan","link":"sigmoid","outputs":[{"intercept":0.5,"feature":[2],"weight":[3]}])"), "m");
    const float row[] = {0.0F, 0.0F, 0.1F};
    double found = 0.0;
    model->predict_batch(row, 1, nullptr, &found);
    EXPECT_EQ(found, 0.5 + 3.0 * static_cast<double>(0.1F));
    model->apply_link(&found);
    EXPECT_EQ(found, 1.0 / (1.0 + exp(-(0.5 + 3.0 * static_cast<double>(0.1F)))));
}

// Two components by hand: the densities of the normal distribution, and their shares.
TEST(MixtureTest, DensitiesByHand) {
    const auto model = read_model_json(
        R"({"format":"foxml-mixture","version":1,"origin":"test","feature_count":2,"missing":"nan","covariance":"full",
            "components":[{"weight":0.25,"mean":[0,0],"covariance":[1,0,1]},
                          {"weight":0.75,"mean":[1,1],"covariance":[4,2,10]}]})",
        "m");
    std::vector<double> found = scores(*model, {1.0, 0.0});
    const double two_pi = 6.283185307179586;
    EXPECT_NEAR(found[0], std::log(0.25 / two_pi) - 0.5, 1e-14);
    EXPECT_NEAR(found[1], std::log(0.75 / (two_pi * 6.0)) - 0.5 * (1.0 / 9.0), 1e-14);
    const double odds = std::exp(found[0] - found[1]);
    model->apply_link(found.data());
    EXPECT_NEAR(found[0], odds / (1.0 + odds), 1e-15);
    EXPECT_NEAR(found[0] + found[1], 1.0, 1e-15);
    found = scores(*model, {kNaN, 0.0});
    model->apply_link(found.data());
    EXPECT_TRUE(std::isnan(found[0]) && std::isnan(found[1]));
    found = scores(*model, {1e200, 0.0});
    EXPECT_TRUE(std::isnan(found[0]) && std::isnan(found[1]));
}

struct Refusal {
    const char* text;
    const char* reason;
};

class RefusalTest : public testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, NamesTheKey) {
    try {
        (void)read_model_json(GetParam().text, "m");
        FAIL() << "read";
    } catch (const InvalidInput& error) {
        EXPECT_TRUE(std::string(error.what()).starts_with("m: ")) << error.what();
        EXPECT_NE(std::string(error.what()).find(GetParam().reason), std::string::npos) << error.what();
    }
}

#define LINEAR(rest) R"({"format":"foxml-linear","version":1,"origin":"o","feature_count":2,)" rest "}"
#define PLAIN R"("missing":"nan","link":"identity",)"
#define MIXTURE(rest) \
    R"({"format":"foxml-mixture","version":1,"origin":"o","feature_count":2,"missing":"nan",)" rest "}"

INSTANTIATE_TEST_SUITE_P(
    Documents, RefusalTest,
    testing::Values(
        Refusal{"", "expected FoxML's form"}, Refusal{R"({"format": "foxml-linear"})", "expected FoxML's form"},
        Refusal{R"({"format":"foxml-linear"})", "lacks the key feature_count"},
        Refusal{LINEAR(PLAIN R"("outputs":[],"note":1)"), "unknown key \"note\""},
        Refusal{LINEAR(PLAIN R"("outputs":[],"outputs":[])"), "stands twice"},
        Refusal{LINEAR(PLAIN R"("outputs":[])"), "expected at least one"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":0,"feature":[0,1],"weight":[1]}])"), "one weight a feature"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":0,"feature":[2],"weight":[1]}])"), "feature 2 does not exist"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":0,"feature":[1,0,1],"weight":[1,2,3]}])"), "two weights"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":0,"feature":[-1],"weight":[1]}])"), "expected a count"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":NaN,"feature":[],"weight":[]}])"), "not finite"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":0,"feature":[0],"weight":[Infinity]}])"), "not finite"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":0,"feature":[0],"weight":[1e999]}])"), "expected a number"},
        Refusal{LINEAR(PLAIN R"("mean":[1],"outputs":[])"), "mean: expected 2 numbers, found 1"},
        Refusal{LINEAR(PLAIN R"("scale":[1,0],"outputs":[])"), "scale: expected no 0"},
        Refusal{LINEAR(PLAIN R"("fill":[1,0],"outputs":[])"), "expected none where missing is"},
        Refusal{LINEAR(PLAIN R"("feature_names":["a"],"outputs":[])"), "feature_names: expected 2 names"},
        Refusal{LINEAR(R"("missing":"fill","link":"identity","outputs":[])"), "expected a number a feature"},
        Refusal{LINEAR(R"("missing":"zero","link":"identity","outputs":[])"), "missing: expected one of nan, fill"},
        Refusal{LINEAR(R"("missing":"nan","link":"probit","outputs":[])"),
                "expected one of identity, sigmoid, softmax"},
        Refusal{LINEAR(R"("missing":"nan","link":"softmax","outputs":[{"intercept":0,"feature":[],"weight":[]}])"),
                "softmax needs at least two outputs"},
        Refusal{LINEAR(PLAIN R"("outputs":[{"intercept":0,"feature":[],"weight":[]}]})"), "something follows"},
        Refusal{MIXTURE(R"("covariance":"full","components":[])"), "expected at least two"},
        Refusal{MIXTURE(R"("covariance":"tied","components":[])"), "expected one of full, diagonal"},
        Refusal{MIXTURE(R"("covariance":"full","components":[{"weight":0.5,"mean":[0,0],"covariance":[1,0]},
                            {"weight":0.5,"mean":[0,0],"covariance":[1,0,1]}])"),
                "component 0: covariance: expected 3 numbers, found 2"},
        Refusal{MIXTURE(R"("covariance":"full","components":[{"weight":0.5,"mean":[0,0],"covariance":[1,0,1]},
                            {"weight":0.5,"mean":[0,0],"covariance":[1,2,1]}])"),
                "component 1: covariance: expected a positive definite matrix"},
        Refusal{MIXTURE(R"("covariance":"diagonal","components":[{"weight":0.5,"mean":[0,0],"covariance":[1,-1]},
                            {"weight":0.5,"mean":[0,0],"covariance":[1,1]}])"),
                "component 0: covariance: expected a positive definite matrix"},
        Refusal{MIXTURE(R"("covariance":"diagonal","components":[{"weight":0.5,"mean":[0,0],"covariance":[1,1]},
                            {"weight":0.4,"mean":[0,0],"covariance":[1,1]}])"),
                "weights: expected a sum of 1"},
        Refusal{MIXTURE(R"("covariance":"diagonal","components":[{"weight":0,"mean":[0,0],"covariance":[1,1]},
                            {"weight":1,"mean":[0,0],"covariance":[1,1]}])"),
                "component 0: weight: expected a number above 0"},
        Refusal{
            R"({"format":"foxml-mixture","version":2,"origin":"o","feature_count":2,"missing":"nan","covariance":"full",
                 "components":[]})",
            "version: expected 1, found 2"},
        Refusal{R"({"format":"foxml-linear","version":1,"origin":"o","feature_count":999999999,"missing":"nan",)",
                "expected a count"}));

}  // namespace
}  // namespace foxml::models
