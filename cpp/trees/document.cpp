#include "trees/document.hpp"

#include "core/errors.hpp"

namespace foxml::trees {

namespace {

// A model nests eight levels.
constexpr std::size_t kDepthMax = 32;

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

}  // namespace foxml::trees
