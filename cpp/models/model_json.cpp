#include "models/model_json.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "core/errors.hpp"
#include "core/json_document.hpp"
#include "models/linear.hpp"
#include "models/mixture.hpp"

namespace foxml::models {

namespace {

class ModelReader {
   public:
    ModelReader(std::string_view text, const std::string& source) : document_(text, source), source_(source) {}

    std::unique_ptr<const Model> linear() {
        std::string link;
        Readers readers = frame_readers();
        readers["link"] = [&] { link = document_.string(); };
        readers["outputs"] = [this] { document_.array([this] { read_output(); }); };
        read(readers, "the linear model");
        const auto meant = one_of<LinearModel::Link>("link", link,
                                                     {{"identity", LinearModel::Link::identity},
                                                      {"sigmoid", LinearModel::Link::sigmoid},
                                                      {"softmax", LinearModel::Link::softmax}});
        return std::make_unique<LinearModel>(std::move(frame_), std::move(outputs_), meant, source_);
    }

    std::unique_ptr<const Model> mixture() {
        std::string covariance;
        Readers readers = frame_readers();
        readers["covariance"] = [&] { covariance = document_.string(); };
        readers["components"] = [this] { document_.array([this] { read_component(); }); };
        read(readers, "the mixture");
        const bool is_diagonal = one_of<bool>("covariance", covariance, {{"full", false}, {"diagonal", true}});
        return std::make_unique<Mixture>(std::move(frame_), std::move(components_), is_diagonal, source_);
    }

   private:
    template <typename Meant>
    using Words = std::vector<std::pair<std::string_view, Meant>>;

    [[noreturn]] void fail(const std::string& what) const { throw InvalidInput(source_ + ": " + what); }

    Readers frame_readers() {
        return {{"format", [this] { (void)document_.string(); }},
                {"version", [this] { version_ = document_.integer(); }},
                {"origin", [this] { frame_.origin = document_.string(); }},
                {"feature_count", [this] { frame_.feature_count = count(); }},
                {"feature_names?",
                 [this] { document_.array([this] { frame_.feature_names.push_back(document_.string()); }); }},
                {"missing", [this] { missing_ = document_.string(); }},
                {"fill?", [this] { frame_.preparation.fill = document_.doubles(); }},
                {"mean?", [this] { frame_.preparation.mean = document_.doubles(); }},
                {"scale?", [this] { frame_.preparation.scale = document_.doubles(); }}};
    }

    void read(const Readers& readers, const std::string& what) {
        read_object(document_, what, readers, UnknownKeys::refused);
        document_.end();
        if (version_ != 1) {
            fail("version: expected 1, found " + std::to_string(version_));
        }
        const bool fills = one_of<bool>("missing", missing_, {{"nan", false}, {"fill", true}});
        if (fills == frame_.preparation.fill.empty()) {
            fail(fills ? "fill: expected a number a feature, found none"
                       : "fill: expected none where missing is \"nan\"");
        }
    }

    template <typename Meant>
    [[nodiscard]] Meant one_of(const std::string& key, std::string_view found, const Words<Meant>& words) const {
        std::string names;
        for (const auto& [word, meant] : words) {
            if (word == found) {
                return meant;
            }
            names += (names.empty() ? "" : ", ") + std::string(word);
        }
        fail(key + ": expected one of " + names + "; found \"" + std::string(found.substr(0, 60)) + "\"");
    }

    std::size_t count() {
        const std::int64_t value = document_.integer();
        if (value < 0 || value > static_cast<std::int64_t>(kFeaturesMax)) {
            document_.fail("expected a count, found " + std::to_string(value));
        }
        return static_cast<std::size_t>(value);
    }

    void read_output() {
        LinearModel::Output output;
        read_object(document_, "output " + std::to_string(outputs_.size()),
                    {{"intercept", [&] { output.intercept = document_.number(); }},
                     {"feature", [&] { document_.array([&] { output.features.push_back(count()); }); }},
                     {"weight", [&] { output.weights = document_.doubles(); }}},
                    UnknownKeys::refused);
        outputs_.push_back(std::move(output));
    }

    void read_component() {
        Mixture::Component component;
        read_object(document_, "component " + std::to_string(components_.size()),
                    {{"weight", [&] { component.weight = document_.number(); }},
                     {"mean", [&] { component.mean = document_.doubles(); }},
                     {"covariance", [&] { component.covariance = document_.doubles(); }}},
                    UnknownKeys::refused);
        components_.push_back(std::move(component));
    }

    JsonDocument document_;
    const std::string& source_;
    Frame frame_;
    std::int64_t version_ = 0;
    std::string missing_;
    std::vector<LinearModel::Output> outputs_;
    std::vector<Mixture::Component> components_;
};

}  // namespace

std::unique_ptr<const Model> read_model_json(std::string_view text, const std::string& source) {
    if (text.starts_with(kLinearJson)) {
        return ModelReader(text, source).linear();
    }
    if (text.starts_with(kMixtureJson)) {
        return ModelReader(text, source).mixture();
    }
    throw InvalidInput(source + ": expected FoxML's form of a linear model or a mixture, which begins with " +
                       std::string(kLinearJson) + " or " + std::string(kMixtureJson));
}

}  // namespace foxml::models
