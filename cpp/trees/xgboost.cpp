#include "trees/xgboost.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include "core/errors.hpp"
#include "trees/json_document.hpp"
#include "trees/link.hpp"
#include "trees/ubjson_document.hpp"
#include "trees/xgboost_model.hpp"
#include "trees/xgboost_tree.hpp"

namespace foxml::trees {

namespace {

std::unique_ptr<Document> open(std::string_view bytes, const std::string& source) {
    if (bytes.substr(0, 4) == "binf" || bytes.substr(0, 7) == "CONFIG-") {
        throw InvalidInput(source + ": XGBoost's old binary format is not supported; save the model as .ubj or .json");
    }
    const bool is_binary =
        bytes.size() > 1 && bytes[0] == '{' && std::string_view("iUIlL").find(bytes[1]) != std::string_view::npos;
    if (is_binary) {
        return std::make_unique<UbjsonDocument>(bytes, source);
    }
    return std::make_unique<JsonDocument>(bytes, source);
}

class Converter {
   public:
    Converter(XgboostModel model, const std::string& source, Iterations iterations)
        : model_(std::move(model)), source_(source), iterations_(iterations) {}

    Forest convert(const char* format) {
        const auto [major, minor, patch] = model_.version;
        if (major < 1 || major > 3) {
            fail("version: expected 1 to 3, found " + std::to_string(major));
        }
        forest_.format = std::string(format) + " " + std::to_string(major) + "." + std::to_string(minor) + "." +
                         std::to_string(patch);
        read_shape();
        read_margin();
        if (model_.booster == "gblinear") {
            read_weights();
        } else if (model_.booster == "gbtree" || model_.booster == "dart") {
            read_trees();
        } else {
            fail("gradient_booster.name: expected gbtree, dart or gblinear, found \"" + model_.booster.substr(0, 60) +
                 "\"");
        }
        validate(forest_, source_);
        return std::move(forest_);
    }

   private:
    [[noreturn]] void fail(const std::string& what) const { throw InvalidInput(source_ + ": " + what); }

    void read_shape() {
        const std::int64_t outputs = std::max({std::int64_t{1}, model_.num_class, model_.num_target});
        if (outputs > static_cast<std::int64_t>(kOutputsMax) || (model_.num_class > 1 && model_.num_target > 1)) {
            fail("num_class " + std::to_string(model_.num_class) + " and num_target " +
                 std::to_string(model_.num_target) + " are not supported together");
        }
        forest_.inputs = Inputs::rounded_to_float;
        forest_.arithmetic = Arithmetic::float32;
        forest_.feature_count = static_cast<std::size_t>(model_.num_feature);
        forest_.output_count = static_cast<std::size_t>(outputs);
        forest_.feature_names = std::move(model_.feature_names);
        forest_.objective = model_.objective;
        forest_.best_iteration = model_.best_iteration;
        try {
            forest_.link = xgboost_link(model_.objective);
        } catch (const InvalidInput& error) {
            fail(std::string("objective.name: ") + error.what());
        }
    }

    /// One number, or since 3.1 a list of them in brackets; stored as seen through the link.
    void read_margin() {
        std::string_view text = model_.base_score;
        if (text.size() >= 2 && text.front() == '[' && text.back() == ']') {
            text = text.substr(1, text.size() - 2);
        }
        std::vector<double> scores;
        for (bool has_more = true; has_more;) {
            const std::size_t end = std::min(text.find(','), text.size());
            has_more = end < text.size();
            float value = 0.0F;
            const auto [stop, error] = std::from_chars(text.data(), text.data() + end, value);
            if (error != std::errc{} || stop != text.data() + end) {
                fail("base_score: expected a number or a list of them, found \"" + model_.base_score.substr(0, 60) +
                     "\"");
            }
            scores.push_back(static_cast<double>(margin_of(value)));
            text.remove_prefix(std::min(end + 1, text.size()));
        }
        if (scores.size() == 1) {
            scores.resize(forest_.output_count, scores[0]);
        }
        if (scores.size() != forest_.output_count) {
            fail("base_score: expected " + std::to_string(forest_.output_count) + " numbers, found " +
                 std::to_string(scores.size()));
        }
        forest_.base_margin = std::move(scores);
    }

    [[nodiscard]] float margin_of(float score) const {
        if (forest_.link.kind == Link::Kind::sigmoid) {
            if (!(score > 0.0F && score < 1.0F)) {
                fail("base_score: expected a number between 0 and 1, found \"" + model_.base_score.substr(0, 60) +
                     "\"");
            }
            return -std::log(1.0F / score - 1.0F);
        }
        return forest_.link.kind == Link::Kind::exponential ? std::log(score) : score;
    }

    void read_weights() {
        const std::size_t outputs = forest_.output_count;
        const std::size_t count = forest_.feature_count * outputs;
        if (model_.linear_weights.size() / outputs != forest_.feature_count + 1 ||
            model_.linear_weights.size() % outputs != 0) {
            fail("weights: expected " + std::to_string(count + outputs) + " numbers, found " +
                 std::to_string(model_.linear_weights.size()));
        }
        forest_.weights.assign(model_.linear_weights.begin(),
                               model_.linear_weights.begin() + static_cast<std::ptrdiff_t>(count));
        // The library begins every output at the base margin of the first.
        const auto base = static_cast<float>(forest_.base_margin[0]);
        for (std::size_t k = 0; k < outputs; ++k) {
            const float bias = model_.linear_weights[count + k];
            forest_.base_margin[k] = static_cast<double>(bias + base);
        }
    }

    void read_trees() {
        const std::size_t count = model_.trees.size();
        if (static_cast<std::uint64_t>(model_.tree_count) != count || model_.tree_info.size() != count) {
            fail("num_trees is " + std::to_string(model_.tree_count) + ", tree_info has " +
                 std::to_string(model_.tree_info.size()) + " numbers and there are " + std::to_string(count) +
                 " trees");
        }
        const bool is_dart = model_.booster == "dart";
        if (is_dart && model_.tree_weights.size() != count) {
            fail("weight_drop: expected " + std::to_string(count) + " numbers, found " +
                 std::to_string(model_.tree_weights.size()));
        }
        const std::size_t used = trees_used(count);
        for (std::size_t t = 0; t < used; ++t) {
            Tree tree = xgboost_tree(model_.trees[t], forest_.output_count, source_ + ": tree " + std::to_string(t));
            if (tree.output != kEveryOutput) {
                tree.output = output_of(t);
            }
            if (is_dart) {
                weigh(tree, model_.tree_weights[t]);
            }
            forest_.trees.push_back(std::move(tree));
        }
    }

    [[nodiscard]] std::int32_t output_of(std::size_t tree) const {
        const std::int64_t output = model_.tree_info[tree];
        if (output < 0 || static_cast<std::uint64_t>(output) >= forest_.output_count) {
            fail("tree_info: tree " + std::to_string(tree) + " adds to output " + std::to_string(output) +
                 "; the model has " + std::to_string(forest_.output_count));
        }
        return static_cast<std::int32_t>(output);
    }

    /// DART's leaves are multiplied as they are added: rounded once here, once there.
    static void weigh(Tree& tree, float weight) {
        for (double& leaf : tree.leaves) {
            leaf = static_cast<double>(static_cast<float>(leaf) * weight);
        }
    }

    [[nodiscard]] std::size_t trees_used(std::size_t count) const {
        if (iterations_ == Iterations::all || !model_.best_iteration) {
            return count;
        }
        const auto last = static_cast<std::uint64_t>(*model_.best_iteration);
        std::uint64_t end = 0;
        if (!model_.iteration_ends.empty()) {
            end = last + 1 < model_.iteration_ends.size() ? static_cast<std::uint64_t>(model_.iteration_ends[last + 1])
                                                          : count + 1;
        } else {
            end = (last + 1) * static_cast<std::uint64_t>(model_.num_parallel_tree) * forest_.output_count;
        }
        if (end > count) {
            fail("best_iteration " + std::to_string(last) + " is not one of the model's");
        }
        return end;
    }

    XgboostModel model_;
    const std::string& source_;
    Iterations iterations_;
    Forest forest_;
};

}  // namespace

Forest read_xgboost(std::string_view bytes, const std::string& source, Iterations iterations) {
    const std::unique_ptr<Document> document = open(bytes, source);
    const bool is_json = dynamic_cast<JsonDocument*>(document.get()) != nullptr;
    XgboostModel model = read_xgboost_model(*document);
    return Converter(std::move(model), source, iterations).convert(is_json ? "XGBoost JSON" : "XGBoost UBJSON");
}

}  // namespace foxml::trees
