#include "trees/lightgbm_text.hpp"

#include <charconv>
#include <map>
#include <type_traits>

#include "core/errors.hpp"

namespace foxml::trees {

namespace {

struct Field {
    std::string_view value;
    std::size_t line;
};

/// One block of `key=value` lines, ended by a blank line: the header, or one tree.
using Block = std::map<std::string_view, Field, std::less<>>;

class Reader {
   public:
    Reader(std::string_view text, const std::string& source) : text_(text), source_(source) {}

    Forest read() {
        Forest forest;
        read_header(forest);
        while (next_tree(forest.trees.size())) {
            Tree tree = read_tree(read_block());
            tree.output = static_cast<std::int32_t>(forest.trees.size() % forest.output_count);
            forest.trees.push_back(std::move(tree));
        }
        validate(forest, source_);
        return forest;
    }

   private:
    [[noreturn]] void fail(std::size_t line, const std::string& what) const {
        throw InvalidInput(source_ + ":" + std::to_string(line) + ": " + what);
    }

    bool next_line(std::string_view& line) {
        if (text_.empty()) {
            return false;
        }
        ++line_;
        const std::size_t end = text_.find('\n');
        if (end == std::string_view::npos) {
            fail(line_, "the file is cut off in the middle of a line");
        }
        line = text_.substr(0, end);
        if (!line.empty() && line.back() == '\r') {
            line.remove_suffix(1);
        }
        text_.remove_prefix(end + 1);
        return true;
    }

    Block read_block() {
        Block block;
        block_line_ = line_;
        std::string_view line;
        while (next_line(line) && !line.empty()) {
            const std::size_t equals = line.find('=');
            const std::string_view key = line.substr(0, equals);
            const std::string_view value = equals == std::string_view::npos ? "" : line.substr(equals + 1);
            if (!block.emplace(key, Field{value, line_}).second) {
                fail(line_, "key " + quoted(key) + " stands twice in its block");
            }
        }
        return block;
    }

    void read_header(Forest& forest) {
        std::string_view line;
        if (!next_line(line) || line != "tree") {
            fail(1, "expected a LightGBM text model, whose first line is \"tree\"");
        }
        const Block header = read_block();
        const Field& version = require(header, "version");
        if (version.value != "v3" && version.value != "v4") {
            fail(version.line, "expected version v3 or v4, found " + quoted(version.value));
        }
        if (header.contains("average_output")) {
            fail(header.at("average_output").line, "averaged output (boosting=rf) is not supported");
        }
        forest.output_count = count(require(header, "num_tree_per_iteration"), 1);
        forest.base_margin.assign(forest.output_count, 0.0);
        forest.feature_count = count(require(header, "max_feature_idx"), 0) + 1;
        if (header.contains("objective")) {
            forest.objective = header.at("objective").value;
        }
        const Field& names = require(header, "feature_names");
        for_each_token(names.value, [&](std::string_view token) { forest.feature_names.emplace_back(token); });
        if (forest.feature_names.size() != forest.feature_count) {
            fail(names.line, "expected " + std::to_string(forest.feature_count) + " feature names, found " +
                                 std::to_string(forest.feature_names.size()));
        }
    }

    /// Move to the next `Tree=`; false at `end of trees`.
    bool next_tree(std::size_t expected) {
        std::string_view line;
        while (next_line(line)) {
            if (line.empty()) {
                continue;
            }
            if (line == "end of trees") {
                return false;
            }
            if (line != "Tree=" + std::to_string(expected)) {
                fail(line_,
                     "expected \"Tree=" + std::to_string(expected) + "\" or \"end of trees\", found " + quoted(line));
            }
            return true;
        }
        fail(line_, "the file ends before \"end of trees\"");
    }

    Tree read_tree(const Block& block) {
        refuse_unless_zero(block, "num_cat", "categorical splits are not supported");
        refuse_unless_zero(block, "is_linear", "linear leaves are not supported");
        const std::size_t leaves = count(require(block, "num_leaves"), 1);
        Tree tree;
        tree.leaves = numbers<double>(require(block, "leaf_value"), leaves);
        if (leaves == 1) {
            return tree;
        }
        const auto feature = numbers<std::int32_t>(require(block, "split_feature"), leaves - 1);
        const auto threshold = numbers<double>(require(block, "threshold"), leaves - 1);
        const auto decision = numbers<std::int32_t>(require(block, "decision_type"), leaves - 1);
        const auto left = numbers<std::int32_t>(require(block, "left_child"), leaves - 1);
        const auto right = numbers<std::int32_t>(require(block, "right_child"), leaves - 1);
        tree.splits.reserve(leaves - 1);
        for (std::size_t i = 0; i + 1 < leaves; ++i) {
            tree.splits.push_back(
                split(require(block, "decision_type").line, feature[i], threshold[i], decision[i], left[i], right[i]));
        }
        return tree;
    }

    /// Bits of decision_type: 0 categorical, 1 default left, 2-3 missing type.
    Split split(std::size_t line, std::int32_t feature, double threshold, std::int32_t decision, std::int32_t left,
                std::int32_t right) const {
        const std::int32_t missing = (decision >> 2) & 3;
        if (decision < 0 || decision > 15 || missing == 3) {
            fail(line, "decision type " + std::to_string(decision) + " is not one of LightGBM's");
        }
        if ((decision & 1) != 0) {
            fail(line, "categorical splits are not supported");
        }
        return Split{threshold, feature, left, right, static_cast<Missing>(missing), (decision & 2) != 0};
    }

    const Field& require(const Block& block, std::string_view key) const {
        const auto found = block.find(key);
        if (found == block.end()) {
            fail(block_line_, "the block that starts here lacks the key " + quoted(key));
        }
        return found->second;
    }

    void refuse_unless_zero(const Block& block, std::string_view key, const char* reason) const {
        const auto found = block.find(key);
        if (found != block.end() && found->second.value != "0") {
            fail(found->second.line, reason);
        }
    }

    std::size_t count(const Field& field, std::int32_t at_least) const {
        const std::int32_t value = number<std::int32_t>(field.value, field.line);
        // No model has a hundred million of anything; a count like that would only exhaust memory.
        if (value < at_least || value > 100'000'000) {
            fail(field.line,
                 "expected a count of at least " + std::to_string(at_least) + ", found " + quoted(field.value));
        }
        return static_cast<std::size_t>(value);
    }

    template <typename Number>
    Number number(std::string_view token, std::size_t line) const {
        Number value{};
        const char* end = token.data() + token.size();
        const auto [stop, error] = std::from_chars(token.data(), end, value);
        if (token.empty() || error != std::errc{} || stop != end) {
            const char* kind = std::is_integral_v<Number> ? "an integer" : "a number";
            fail(line, std::string("expected ") + kind + ", found " + quoted(token));
        }
        return value;
    }

    template <typename Number>
    std::vector<Number> numbers(const Field& field, std::size_t expected) const {
        std::vector<Number> values;
        for_each_token(field.value,
                       [&](std::string_view token) { values.push_back(number<Number>(token, field.line)); });
        if (values.size() != expected) {
            fail(field.line,
                 "expected " + std::to_string(expected) + " values, found " + std::to_string(values.size()));
        }
        return values;
    }

    template <typename Visit>
    static void for_each_token(std::string_view text, Visit visit) {
        while (!text.empty()) {
            const std::size_t end = text.find(' ');
            visit(text.substr(0, end));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
    }

    static std::string quoted(std::string_view text) {
        std::string result(1, '"');
        result.append(text.substr(0, 60));
        result.push_back('"');
        return result;
    }

    std::string_view text_;
    const std::string& source_;
    std::size_t line_ = 0;
    std::size_t block_line_ = 0;
};

}  // namespace

Forest read_lightgbm_text(std::string_view text, const std::string& source) { return Reader(text, source).read(); }

}  // namespace foxml::trees
