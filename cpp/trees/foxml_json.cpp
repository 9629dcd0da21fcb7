#include "trees/foxml_json.hpp"

#include <array>
#include <limits>
#include <utility>

#include "core/errors.hpp"
#include "trees/json_document.hpp"

namespace foxml::trees {

namespace {

struct Named {
    std::string_view name;
    Link::Kind kind;
};

constexpr std::array kLinks{Named{"identity", Link::Kind::identity}, Named{"sigmoid", Link::Kind::sigmoid},
                            Named{"softmax", Link::Kind::softmax}, Named{"exponential", Link::Kind::exponential}};

class FoxmlReader {
   public:
    FoxmlReader(std::string_view text, const std::string& source) : document_(text, source), source_(source) {}

    Forest read() {
        std::int64_t version = 0;
        std::int64_t features = 0;
        std::int64_t outputs = 0;
        std::string inputs;
        std::string link;
        read_object(document_, "forest",
                    {{"format", [this] { (void)document_.string(); }},
                     {"version", [&] { version = count(); }},
                     {"origin", [this] { forest_.format = document_.string(); }},
                     {"inputs", [&] { inputs = document_.string(); }},
                     {"feature_count", [&] { features = count(); }},
                     {"feature_names?",
                      [this] { document_.array([this] { forest_.feature_names.push_back(document_.string()); }); }},
                     {"outputs", [&] { outputs = count(); }},
                     {"base_margin", [this] { forest_.base_margin = document_.doubles(); }},
                     {"divisor", [this] { forest_.divisor = document_.number(); }},
                     {"link", [&] { link = document_.string(); }},
                     {"trees", [this] { document_.array([this] { read_tree(); }); }}});
        document_.end();
        if (version != 1) {
            fail("version: expected 1, found " + std::to_string(version));
        }
        if (inputs != "float32" && inputs != "float64") {
            fail("inputs: expected float32 or float64, found \"" + inputs.substr(0, 60) + "\"");
        }
        forest_.inputs = inputs == "float32" ? Inputs::rounded_to_float : Inputs::as_given;
        forest_.feature_count = static_cast<std::size_t>(features);
        forest_.output_count = static_cast<std::size_t>(outputs);
        forest_.raw_is_average = forest_.divisor != 1.0;
        forest_.link.kind = link_of(link);
        validate(forest_, source_);
        return std::move(forest_);
    }

   private:
    [[noreturn]] void fail(const std::string& what) const { throw InvalidInput(source_ + ": " + what); }

    std::int64_t count() {
        const std::int64_t value = document_.integer();
        if (value < 0 || value > static_cast<std::int64_t>(kFeaturesMax)) {
            document_.fail("expected a count, found " + std::to_string(value));
        }
        return value;
    }

    [[nodiscard]] Link::Kind link_of(std::string_view name) const {
        for (const Named& each : kLinks) {
            if (each.name == name) {
                return each.kind;
            }
        }
        fail("link: \"" + std::string(name.substr(0, 60)) + "\" is unknown");
    }

    void read_tree() {
        std::vector<std::int64_t> feature;
        std::vector<std::int64_t> left;
        std::vector<std::int64_t> right;
        std::vector<std::int64_t> default_left;
        std::vector<double> threshold;
        Tree tree;
        read_object(document_, "tree " + std::to_string(forest_.trees.size()),
                    {{"output", [&] { tree.output = narrow(document_.integer()); }},
                     {"feature", [&] { feature = document_.integers(); }},
                     {"threshold", [&] { threshold = document_.doubles(); }},
                     {"left", [&] { left = document_.integers(); }},
                     {"right", [&] { right = document_.integers(); }},
                     {"default_left", [&] { default_left = document_.integers(); }},
                     {"leaves", [&] { tree.leaves = document_.doubles(); }}});
        const std::size_t splits = feature.size();
        if (threshold.size() != splits || left.size() != splits || right.size() != splits ||
            default_left.size() != splits) {
            document_.fail("tree " + std::to_string(forest_.trees.size()) + " has arrays of different lengths");
        }
        for (std::size_t i = 0; i < splits; ++i) {
            tree.splits.push_back({threshold[i], narrow(feature[i]), narrow(left[i]), narrow(right[i]), Missing::nan,
                                   default_left[i] != 0});
        }
        forest_.trees.push_back(std::move(tree));
    }

    [[nodiscard]] std::int32_t narrow(std::int64_t value) const {
        if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max()) {
            document_.fail("the number " + std::to_string(value) + " is too large");
        }
        return static_cast<std::int32_t>(value);
    }

    JsonDocument document_;
    const std::string& source_;
    Forest forest_;
};

}  // namespace

Forest read_foxml_json(std::string_view text, const std::string& source) { return FoxmlReader(text, source).read(); }

}  // namespace foxml::trees
