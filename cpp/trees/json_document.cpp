#include "trees/json_document.hpp"

#include <charconv>
#include <limits>

namespace foxml::trees {

namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_number(std::string_view word) noexcept {
    std::size_t at = 0;
    const auto peek = [&] { return at < word.size() ? word[at] : '\0'; };
    const auto digits = [&] {
        const std::size_t first = at;
        while (is_digit(peek())) {
            ++at;
        }
        return at > first;
    };
    at += peek() == '-' ? 1 : 0;
    const bool starts_with_zero = peek() == '0';
    const std::size_t first = at;
    if (!digits() || (starts_with_zero && at > first + 1)) {
        return false;
    }
    if (peek() == '.') {
        ++at;
        if (!digits()) {
            return false;
        }
    }
    if (peek() == 'e' || peek() == 'E') {
        ++at;
        at += peek() == '+' || peek() == '-' ? 1 : 0;
        if (!digits()) {
            return false;
        }
    }
    return at == word.size();
}

void append_utf8(std::string& text, std::uint32_t code) {
    const auto push = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code < 0x80) {
        push(code);
    } else if (code < 0x800) {
        push(0xC0 | code >> 6);
        push(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        push(0xE0 | code >> 12);
        push(0x80 | (code >> 6 & 0x3F));
        push(0x80 | (code & 0x3F));
    } else {
        push(0xF0 | code >> 18);
        push(0x80 | (code >> 12 & 0x3F));
        push(0x80 | (code >> 6 & 0x3F));
        push(0x80 | (code & 0x3F));
    }
}

}  // namespace

/// The next character that is not blank, left in place; a NUL at the end.
char JsonDocument::next() {
    while (left() > 0 && is_blank(bytes_[at_])) {
        ++at_;
    }
    return left() > 0 ? bytes_[at_] : '\0';
}

bool JsonDocument::takes(char expected) {
    if (next() != expected) {
        return false;
    }
    ++at_;
    return true;
}

void JsonDocument::expect(char expected) {
    if (!takes(expected)) {
        fail(left() == 0 ? "the file ends in the middle of a value" : std::string("expected '") + expected + "'");
    }
}

void JsonDocument::items(char open, char close, const std::function<void()>& item) {
    const Nested nested(*this);
    expect(open);
    if (takes(close)) {
        return;
    }
    do {
        item();
    } while (takes(','));
    expect(close);
}

void JsonDocument::object(const Member& member) {
    Keys keys;
    items('{', '}', [&] {
        const std::string key = string();
        keys.take(*this, key);
        expect(':');
        member(key);
    });
}

void JsonDocument::array(const std::function<void()>& element) { items('[', ']', element); }

std::string JsonDocument::string() {
    expect('"');
    std::string text;
    while (left() > 0) {
        const char c = bytes_[at_++];
        if (c == '"') {
            return text;
        }
        if (static_cast<unsigned char>(c) < 0x20) {
            fail("a control character in a string");
        }
        if (c == '\\') {
            escape(text);
        } else {
            text.push_back(c);
        }
    }
    fail("the file ends in the middle of a string");
}

void JsonDocument::escape(std::string& text) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kMeant = "\"\\/\b\f\n\r\t";
    const char c = left() > 0 ? bytes_[at_++] : '\0';
    const std::size_t found = c == '\0' ? std::string_view::npos : kNames.find(c);
    if (found != std::string_view::npos) {
        text.push_back(kMeant[found]);
        return;
    }
    if (c != 'u') {
        fail("an unknown escape in a string");
    }
    std::uint32_t code = hex();
    if (code >= 0xD800 && code < 0xDC00 && bytes_.substr(at_, 2) == "\\u") {
        at_ += 2;
        const std::uint32_t low = hex();
        code = low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xD800;
    }
    if (code >= 0xD800 && code < 0xE000) {
        fail("half of a surrogate pair in a string");
    }
    append_utf8(text, code);
}

std::uint32_t JsonDocument::hex() {
    const std::string_view digits = bytes_.substr(at_, 4);
    std::uint32_t code = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() != 4 || error != std::errc{} || stop != digits.data() + 4) {
        fail("expected four hexadecimal digits");
    }
    at_ += 4;
    return code;
}

/// A number, or one of the words that stand for a value.
std::string_view JsonDocument::word() {
    (void)next();
    const std::size_t first = at_;
    while (left() > 0 && !is_blank(bytes_[at_]) &&
           std::string_view(",]}:{[\"").find(bytes_[at_]) == std::string::npos) {
        ++at_;
    }
    if (at_ == first) {
        fail(left() == 0 ? "the file ends in the middle of a value" : "expected a value");
    }
    return bytes_.substr(first, at_ - first);
}

template <typename Number>
Number JsonDocument::number() {
    const std::string_view text = word();
    if (text == "NaN") {
        return std::numeric_limits<Number>::quiet_NaN();
    }
    if (text == "Infinity" || text == "-Infinity") {
        return text[0] == '-' ? -std::numeric_limits<Number>::infinity() : std::numeric_limits<Number>::infinity();
    }
    Number value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!is_number(text) || error != std::errc{} || stop != text.data() + text.size()) {
        fail("expected a number, found \"" + std::string(text.substr(0, 60)) + "\"");
    }
    return value;
}

template float JsonDocument::number<float>();
template double JsonDocument::number<double>();

std::int64_t JsonDocument::integer() {
    const std::string_view text = word();
    if (text == "true" || text == "false") {
        return text == "true" ? 1 : 0;
    }
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!is_number(text) || error != std::errc{} || stop != text.data() + text.size()) {
        fail("expected a whole number, found \"" + std::string(text.substr(0, 60)) + "\"");
    }
    return value;
}

std::vector<float> JsonDocument::floats() {
    std::vector<float> values;
    array([&] { values.push_back(number<float>()); });
    return values;
}

std::vector<double> JsonDocument::doubles() {
    std::vector<double> values;
    array([&] { values.push_back(number<double>()); });
    return values;
}

std::vector<std::int64_t> JsonDocument::integers() {
    std::vector<std::int64_t> values;
    array([&] { values.push_back(integer()); });
    return values;
}

void JsonDocument::skip() {
    const char c = next();
    if (c == '{') {
        object([this](const std::string&) { skip(); });
    } else if (c == '[') {
        array([this] { skip(); });
    } else if (c == '"') {
        (void)string();
    } else {
        const std::string_view text = word();
        const bool is_word = text == "true" || text == "false" || text == "null" || text == "NaN" ||
                             text == "Infinity" || text == "-Infinity";
        if (!is_word && !is_number(text)) {
            fail("expected a value, found \"" + std::string(text.substr(0, 60)) + "\"");
        }
    }
}

void JsonDocument::end() {
    (void)next();
    if (left() > 0) {
        fail("something follows the end of the model");
    }
}

}  // namespace foxml::trees
