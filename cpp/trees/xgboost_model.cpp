#include "trees/xgboost_model.hpp"

#include <charconv>
#include <functional>
#include <utility>

namespace foxml::trees {

namespace {

class ModelReader {
   public:
    explicit ModelReader(Document& document) : document_(document) {}

    XgboostModel read() {
        std::vector<std::int64_t> version;
        object("model",
               {{"learner", [this] { read_learner(); }}, {"version", [&] { version = document_.integers(); }}});
        document_.end();
        if (version.size() != 3) {
            document_.fail("expected a version of three numbers");
        }
        std::copy(version.begin(), version.end(), model_.version.begin());
        return std::move(model_);
    }

   private:
    void object(const std::string& what, const Readers& readers) { read_object(document_, what, readers); }

    std::function<void()> integers(std::vector<std::int64_t>& into) {
        return [this, &into] { into = document_.integers(); };
    }

    std::function<void()> floats(std::vector<float>& into) {
        return [this, &into] { into = document_.floats(); };
    }

    std::function<void()> string(std::string& into) {
        return [this, &into] { into = document_.string(); };
    }

    /// A whole number that is written as a string.
    std::function<void()> count(std::int64_t& into) {
        return [this, &into] {
            const std::string text = document_.string();
            const char* const end = text.data() + text.size();
            const auto [stop, error] = std::from_chars(text.data(), end, into);
            if (text.empty() || error != std::errc{} || stop != end || into < 0 || into > 2147483647) {
                document_.fail("expected a count, found \"" + text.substr(0, 60) + "\"");
            }
        };
    }

    void read_learner() {
        object("learner",
               {{"attributes?", [this] { read_attributes(); }},
                {"feature_names?",
                 [this] { document_.array([this] { model_.feature_names.push_back(document_.string()); }); }},
                {"gradient_booster", [this] { read_booster(); }},
                {"learner_model_param",
                 [this] {
                     object("learner_model_param", {{"base_score", string(model_.base_score)},
                                                    {"num_class", count(model_.num_class)},
                                                    {"num_feature", count(model_.num_feature)},
                                                    {"num_target?", count(model_.num_target)}});
                 }},
                {"objective", [this] { object("objective", {{"name", string(model_.objective)}}); }}});
    }

    void read_attributes() {
        std::int64_t iteration = 0;
        object("attributes", {{"best_iteration?", [&] {
                                   count(iteration)();
                                   model_.best_iteration = iteration;
                               }}});
    }

    void read_booster() {
        object("gradient_booster",
               {{"name", string(model_.booster)},
                {"model?", [this] { read_trees_or_weights(); }},
                {"gbtree?", [this] { object("gbtree", {{"model", [this] { read_trees_or_weights(); }}}); }},
                {"weight_drop?", floats(model_.tree_weights)}});
    }

    void read_trees_or_weights() {
        object("model", {{"gbtree_model_param?",
                          [this] {
                              object("gbtree_model_param", {{"num_trees", count(model_.tree_count)},
                                                            {"num_parallel_tree?", count(model_.num_parallel_tree)}});
                          }},
                         {"tree_info?", integers(model_.tree_info)},
                         {"iteration_indptr?", integers(model_.iteration_ends)},
                         {"trees?", [this] { document_.array([this] { read_tree(); }); }},
                         {"weights?", floats(model_.linear_weights)}});
    }

    void read_tree() {
        XgboostTree tree;
        object("tree " + std::to_string(model_.trees.size()),
               {{"left_children", integers(tree.left)},
                {"right_children", integers(tree.right)},
                {"split_indices", integers(tree.feature)},
                {"default_left", integers(tree.default_left)},
                {"split_conditions", floats(tree.condition)},
                {"split_type?", integers(tree.split_type)},
                {"categories?", integers(tree.categories)},
                {"categories_nodes?", integers(tree.category_nodes)},
                {"categories_segments?", integers(tree.category_starts)},
                {"categories_sizes?", integers(tree.category_sizes)},
                {"base_weights?", floats(tree.base_weights)},
                {"leaf_weights?", floats(tree.leaf_weights)},
                {"tree_param", [&] {
                     object("tree_param", {{"num_nodes", count(tree.node_count)},
                                           {"num_deleted?", count(tree.deleted_count)},
                                           {"size_leaf_vector?", count(tree.leaf_width)}});
                 }}});
        if (tree.leaf_width <= 1) {
            tree.base_weights = {};
        }
        model_.trees.push_back(std::move(tree));
    }

    Document& document_;
    XgboostModel model_;
};

}  // namespace

XgboostModel read_xgboost_model(Document& document) { return ModelReader(document).read(); }

}  // namespace foxml::trees
