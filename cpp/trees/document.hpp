#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace foxml::trees {

/// Reads a document of objects and arrays from front to back, whatever its encoding; nothing of it is kept.
///
/// Every call takes the value that comes next. What is too deep, repeats a key or is cut off throws InvalidInput naming
/// the source and the byte; memory never grows beyond a small multiple of the document's bytes.
class Document {
   public:
    using Member = std::function<void(const std::string& key)>;

    virtual ~Document() = default;

    /// Calls `member` for every key; it must take the value.
    virtual void object(const Member& member) = 0;

    /// Calls `element` before every element; it must take the value.
    virtual void array(const std::function<void()>& element) = 0;

    [[nodiscard]] virtual std::string string() = 0;

    /// An array of numbers, each rounded once.
    [[nodiscard]] virtual std::vector<float> floats() = 0;
    [[nodiscard]] virtual std::vector<double> doubles() = 0;

    /// An array of whole numbers; true and false are 1 and 0.
    [[nodiscard]] virtual std::vector<std::int64_t> integers() = 0;

    virtual void skip() = 0;

    /// Nothing may follow.
    virtual void end() = 0;

    [[noreturn]] void fail(const std::string& what) const;

   protected:
    Document(std::string_view bytes, const std::string& source) : bytes_(bytes), source_(source) {}

    [[nodiscard]] std::size_t left() const noexcept { return bytes_.size() - at_; }

    /// One level of nesting, as long as it lives.
    class Nested {
       public:
        explicit Nested(Document& document);
        Nested(const Nested&) = delete;
        Nested& operator=(const Nested&) = delete;
        ~Nested();

       private:
        Document& document_;
    };

    /// The keys of one object.
    class Keys {
       public:
        void take(const Document& document, const std::string& key);

       private:
        std::set<std::string, std::less<>> seen_;
    };

    std::string_view bytes_;
    std::size_t at_ = 0;

   private:
    const std::string& source_;
    std::size_t depth_ = 0;
};

/// What to do at each key of an object. One whose name ends in `?` may be absent.
using Readers = std::map<std::string, std::function<void()>, std::less<>>;

/// Reads an object, named `what` in errors; keys without a reader are skipped.
void read_object(Document& document, const std::string& what, const Readers& readers);

}  // namespace foxml::trees
