#include "trees/document.hpp"

#include "core/errors.hpp"

namespace foxml::trees {

namespace {

// A model nests eight levels.
constexpr std::size_t kDepthMax = 32;

bool is_required(const std::string& key) noexcept { return key.back() != '?'; }

}  // namespace

void Document::fail(const std::string& what) const {
    throw InvalidInput(source_ + ": byte " + std::to_string(at_) + ": " + what);
}

Document::Nested::Nested(Document& document) : document_(document) {
    if (document_.depth_ == kDepthMax) {
        document_.fail("nested deeper than " + std::to_string(kDepthMax) + " levels");
    }
    ++document_.depth_;
}

Document::Nested::~Nested() { --document_.depth_; }

void Document::Keys::take(const Document& document, const std::string& key) {
    if (!seen_.insert(key).second) {
        document.fail("key \"" + key.substr(0, 60) + "\" stands twice in its object");
    }
}

void read_object(Document& document, const std::string& what, const Readers& readers) {
    std::set<std::string, std::less<>> found;
    document.object([&](const std::string& key) {
        auto reader = readers.find(key);
        if (reader == readers.end()) {
            reader = readers.find(key + "?");
        }
        if (reader == readers.end()) {
            document.skip();
            return;
        }
        found.insert(reader->first);
        reader->second();
    });
    for (const auto& [key, reader] : readers) {
        if (is_required(key) && !found.contains(key)) {
            document.fail(what + " lacks the key " + key);
        }
    }
}

}  // namespace foxml::trees
