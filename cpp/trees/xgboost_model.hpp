#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trees/document.hpp"

namespace foxml::trees {

/// One tree as XGBoost's files hold it: arrays over nodes.
struct XgboostTree {
    std::vector<std::int64_t> left;
    std::vector<std::int64_t> right;
    std::vector<std::int64_t> feature;
    std::vector<std::int64_t> default_left;
    std::vector<std::int64_t> split_type;  ///< 1 where a split is by categories; empty in old files
    std::vector<float> condition;          ///< thresholds, and the values of leaves
    std::vector<std::int64_t> categories;
    std::vector<std::int64_t> category_nodes;
    std::vector<std::int64_t> category_starts;
    std::vector<std::int64_t> category_sizes;
    std::vector<float> base_weights;  ///< vector leaves of older files: `leaf_width` values a node
    std::vector<float> leaf_weights;  ///< vector leaves of newer files; `right` of a leaf says which
    std::int64_t node_count = 0;
    std::int64_t deleted_count = 0;
    std::int64_t leaf_width = 1;
};

/// What an XGBoost file says, before any of it is judged as a whole.
struct XgboostModel {
    std::array<std::int64_t, 3> version{};
    std::string booster;  ///< gbtree, dart or gblinear
    std::string objective;
    std::string base_score;
    std::int64_t num_class = 0;
    std::int64_t num_feature = 0;
    std::int64_t num_target = 1;
    std::vector<std::string> feature_names;
    std::optional<std::int64_t> best_iteration;

    std::int64_t tree_count = 0;
    std::int64_t num_parallel_tree = 1;
    std::vector<XgboostTree> trees;
    std::vector<std::int64_t> tree_info;
    std::vector<std::int64_t> iteration_ends;  ///< empty in old files
    std::vector<float> tree_weights;           ///< of dart
    std::vector<float> linear_weights;         ///< of gblinear
};

/// Reads the whole document. Throws InvalidInput naming the byte.
[[nodiscard]] XgboostModel read_xgboost_model(Document& document);

}  // namespace foxml::trees
