#include "trees/lightgbm_text.hpp"

#include <charconv>
#include <cmath>
#include <map>
#include <numeric>
#include <type_traits>

#include "core/errors.hpp"
#include "trees/link.hpp"

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
        if (forest.trees.size() % forest.output_count != 0) {
            fail(line_, std::to_string(forest.trees.size()) + " trees cannot be shared by " +
                            std::to_string(forest.output_count) + " outputs");
        }
        if (forest.link.averages) {
            const std::size_t iterations = forest.trees.size() / forest.output_count;
            forest.divisor = static_cast<double>(iterations);
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
        forest.output_count = count(require(header, "num_tree_per_iteration"), 1, kOutputsMax);
        forest.base_margin.assign(forest.output_count, 0.0);
        forest.format = "LightGBM text " + std::string(version.value);
        forest.feature_count = count(require(header, "max_feature_idx"), 0, kFeaturesMax - 1) + 1;
        if (header.contains("objective")) {
            const Field& objective = header.at("objective");
            forest.objective = objective.value;
            try {
                forest.link = lightgbm_link(objective.value, forest.output_count);
            } catch (const InvalidInput& error) {
                fail(objective.line, error.what());
            }
        }
        forest.link.averages = header.contains("average_output");
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
        const std::size_t leaves = count(require(block, "num_leaves"), 1);
        Tree tree;
        tree.leaves = numbers<double>(require(block, "leaf_value"), leaves);
        if (is_set(block, "is_linear")) {
            read_linear(block, leaves, tree);
        }
        if (leaves > 1) {
            read_sets(block, tree);
            read_splits(block, leaves - 1, tree);
        }
        return tree;
    }

    void read_splits(const Block& block, std::size_t splits, Tree& tree) const {
        const Field& decisions = require(block, "decision_type");
        const auto feature = numbers<std::int32_t>(require(block, "split_feature"), splits);
        const auto threshold = numbers<double>(require(block, "threshold"), splits);
        const auto decision = numbers<std::int32_t>(decisions, splits);
        const auto left = numbers<std::int32_t>(require(block, "left_child"), splits);
        const auto right = numbers<std::int32_t>(require(block, "right_child"), splits);
        tree.splits.reserve(splits);
        for (std::size_t i = 0; i < splits; ++i) {
            Split split{threshold[i], feature[i], left[i], right[i], Missing::nan, false};
            decide(decisions.line, decision[i], tree, split);
            tree.splits.push_back(split);
        }
    }

    /// Bits of decision_type: 0 categorical, 1 default left, 2-3 missing type.
    void decide(std::size_t line, std::int32_t decision, const Tree& tree, Split& split) const {
        const std::int32_t missing = (decision >> 2) & 3;
        if (decision < 0 || decision > 15 || missing == 3) {
            fail(line, "decision type " + std::to_string(decision) + " is not one of LightGBM's");
        }
        if ((decision & 1) == 0) {
            split.missing = static_cast<Missing>(missing);
            split.default_left = (decision & 2) != 0;
            return;
        }
        // The threshold is the number of a category set; NaN goes right, whatever the other bits say.
        const double index = split.threshold;
        if (!(index >= 0.0 && index < static_cast<double>(tree.category_sets.size())) || index != std::floor(index)) {
            fail(line, "a categorical split names a category set that does not exist");
        }
        split.category_set = static_cast<std::int32_t>(index);
        split.threshold = 0.0;
    }

    /// Sets are bits of 32-bit words; set number i has the words from boundary i up to boundary i + 1.
    void read_sets(const Block& block, Tree& tree) const {
        if (!is_set(block, "num_cat")) {
            return;
        }
        const std::size_t sets = count(require(block, "num_cat"), 1);
        const Field& field = require(block, "cat_boundaries");
        const auto boundaries = numbers<std::uint32_t>(field, sets + 1);
        const auto words = numbers<std::uint32_t>(require(block, "cat_threshold"), boundaries.back());
        tree.category_sets.resize(sets);
        for (std::size_t i = 0; i < sets; ++i) {
            if (boundaries[0] != 0 || boundaries[i + 1] < boundaries[i] || boundaries[i + 1] > words.size()) {
                fail(field.line, "the boundaries of category sets do not ascend from 0");
            }
            for (std::uint32_t bit = 0; bit < 32 * (boundaries[i + 1] - boundaries[i]); ++bit) {
                if ((words[boundaries[i] + bit / 32] >> (bit % 32) & 1) != 0) {
                    tree.category_sets[i].members.push_back(static_cast<std::int32_t>(bit));
                }
            }
        }
    }

    void read_linear(const Block& block, std::size_t leaves, Tree& tree) const {
        const auto constants = numbers<double>(require(block, "leaf_const"), leaves);
        const Field& field = require(block, "num_features");
        const auto counts = numbers<std::uint32_t>(field, leaves);
        const std::uint64_t terms = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
        const auto features = numbers<std::int32_t>(require(block, "leaf_features"), terms, Blanks::many);
        const auto coefficients = numbers<double>(require(block, "leaf_coeff"), terms, Blanks::many);
        tree.linear.resize(leaves);
        std::size_t at = 0;
        for (std::size_t i = 0; i < leaves; ++i) {
            tree.linear[i].constant = constants[i];
            for (std::uint32_t j = 0; j < counts[i]; ++j, ++at) {
                tree.linear[i].terms.push_back({features[at], coefficients[at]});
            }
        }
    }

    const Field& require(const Block& block, std::string_view key) const {
        const auto found = block.find(key);
        if (found == block.end()) {
            fail(block_line_, "the block that starts here lacks the key " + quoted(key));
        }
        return found->second;
    }

    static bool is_set(const Block& block, std::string_view key) {
        const auto found = block.find(key);
        return found != block.end() && found->second.value != "0";
    }

    /// No model has a hundred million of anything.
    std::size_t count(const Field& field, std::int32_t at_least, std::size_t at_most = 100'000'000) const {
        const std::int32_t value = number<std::int32_t>(field.value, field.line);
        if (value < at_least || static_cast<std::size_t>(value) > at_most) {
            fail(field.line, "expected a count of at least " + std::to_string(at_least) + " and at most " +
                                 std::to_string(at_most) + ", found " + quoted(field.value));
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

    /// Whether numbers are parted by one blank, or, as in lists of lists, by any number.
    enum class Blanks { one, many };

    template <typename Number>
    std::vector<Number> numbers(const Field& field, std::size_t expected, Blanks blanks = Blanks::one) const {
        std::vector<Number> values;
        for_each_token(field.value, [&](std::string_view token) {
            if (!token.empty() || blanks == Blanks::one) {
                values.push_back(number<Number>(token, field.line));
            }
        });
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
