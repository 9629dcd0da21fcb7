#include "trees/ubjson_document.hpp"

#include <bit>

namespace foxml::trees {

namespace {

/// Bytes of a value of a fixed size; 0 where its size is not fixed or it has none.
std::size_t size_of(char type) noexcept {
    switch (type) {
        case 'i':
        case 'U':
        case 'C':
            return 1;
        case 'I':
            return 2;
        case 'l':
        case 'd':
            return 4;
        case 'L':
        case 'D':
            return 8;
        default:
            return 0;
    }
}

}  // namespace

char UbjsonDocument::marker() {
    if (left() == 0) {
        fail("the file ends in the middle of a value");
    }
    return bytes_[at_++];
}

char UbjsonDocument::peek() const {
    if (left() == 0) {
        fail("the file ends in the middle of a value");
    }
    return bytes_[at_];
}

template <typename Unsigned>
Unsigned UbjsonDocument::big_endian() {
    if (left() < sizeof(Unsigned)) {
        fail("the file ends in the middle of a number");
    }
    Unsigned value = 0;
    for (std::size_t i = 0; i < sizeof(Unsigned); ++i) {
        value =
            static_cast<Unsigned>(static_cast<std::uint64_t>(value) << 8 | static_cast<std::uint8_t>(bytes_[at_++]));
    }
    return value;
}

std::int64_t UbjsonDocument::integer(char type) {
    switch (type) {
        case 'T':
        case 'F':
            return type == 'T' ? 1 : 0;
        case 'i':
            return static_cast<std::int8_t>(big_endian<std::uint8_t>());
        case 'U':
            return big_endian<std::uint8_t>();
        case 'I':
            return static_cast<std::int16_t>(big_endian<std::uint16_t>());
        case 'l':
            return static_cast<std::int32_t>(big_endian<std::uint32_t>());
        case 'L':
            return static_cast<std::int64_t>(big_endian<std::uint64_t>());
        default:
            fail(std::string("expected a whole number, found a value of type '") + type + "'");
    }
}

template <typename Number>
Number UbjsonDocument::number(char type) {
    if (type == 'd') {
        return static_cast<Number>(std::bit_cast<float>(big_endian<std::uint32_t>()));
    }
    if (type == 'D') {
        return static_cast<Number>(std::bit_cast<double>(big_endian<std::uint64_t>()));
    }
    return static_cast<Number>(integer(type));
}

/// A count, never above the bytes that are left: each thing that is counted has one byte or more.
std::size_t UbjsonDocument::length() {
    const std::int64_t value = integer(marker());
    if (value < 0 || static_cast<std::uint64_t>(value) > left()) {
        fail("a length of " + std::to_string(value) + " where " + std::to_string(left()) + " bytes are left");
    }
    return static_cast<std::size_t>(value);
}

std::string UbjsonDocument::text() {
    const std::size_t size = length();
    at_ += size;
    return std::string(bytes_.substr(at_ - size, size));
}

void UbjsonDocument::object(const Member& member) {
    const Nested nested(*this);
    if (marker() != '{') {
        fail("expected an object");
    }
    if (peek() == '$' || peek() == '#') {
        fail("counted and typed objects are not supported");
    }
    Keys keys;
    while (peek() != '}') {
        const std::string key = text();
        keys.take(*this, key);
        member(key);
    }
    ++at_;
}

UbjsonDocument::Header UbjsonDocument::header() {
    Header header;
    if (marker() != '[') {
        fail("expected an array");
    }
    if (peek() == '$') {
        ++at_;
        header.type = marker();
        if (size_of(header.type) == 0) {
            fail("a typed array must hold numbers");
        }
        if (peek() != '#') {
            fail("a typed array needs a count");
        }
    }
    if (peek() == '#') {
        ++at_;
        header.is_counted = true;
        header.count = length();
        if (header.type != '\0' && header.count > left() / size_of(header.type)) {
            fail("an array of " + std::to_string(header.count) + " numbers where " + std::to_string(left()) +
                 " bytes are left");
        }
    }
    return header;
}

/// Calls `element` with the type of each element, whose marker, where it has its own, is taken.
void UbjsonDocument::elements(const Header& header, const std::function<void(char type)>& element) {
    const auto one = [&] { element(header.type != '\0' ? header.type : marker()); };
    if (header.is_counted) {
        for (std::size_t i = 0; i < header.count; ++i) {
            one();
        }
        return;
    }
    while (peek() != ']') {
        one();
    }
    ++at_;
}

void UbjsonDocument::array(const std::function<void()>& element) {
    const Nested nested(*this);
    const Header found = header();
    if (found.type != '\0') {
        fail("expected an array of objects or strings, found one of numbers");
    }
    elements(found, [&](char) {
        --at_;  // the element takes its marker itself
        element();
    });
}

std::string UbjsonDocument::string() {
    if (marker() != 'S') {
        fail("expected a string");
    }
    return text();
}

std::vector<float> UbjsonDocument::floats() {
    std::vector<float> values;
    elements(header(), [&](char type) { values.push_back(number<float>(type)); });
    return values;
}

std::vector<double> UbjsonDocument::doubles() {
    std::vector<double> values;
    elements(header(), [&](char type) { values.push_back(number<double>(type)); });
    return values;
}

std::vector<std::int64_t> UbjsonDocument::integers() {
    std::vector<std::int64_t> values;
    elements(header(), [&](char type) { values.push_back(integer(type)); });
    return values;
}

void UbjsonDocument::skip_scalar(char type) {
    if (type == 'S') {
        (void)text();
        return;
    }
    const std::size_t size = size_of(type);
    if (size == 0 && type != 'Z' && type != 'T' && type != 'F') {
        fail(std::string("an unknown type '") + type + "'");
    }
    if (size > left()) {
        fail("the file ends in the middle of a number");
    }
    at_ += size;
}

void UbjsonDocument::skip() {
    const char type = peek();
    if (type == '{') {
        object([this](const std::string&) { skip(); });
        return;
    }
    if (type != '[') {
        ++at_;
        skip_scalar(type);
        return;
    }
    const Nested nested(*this);
    const Header found = header();
    if (found.type != '\0') {
        at_ += found.count * size_of(found.type);
        return;
    }
    elements(found, [this](char) {
        --at_;
        skip();
    });
}

void UbjsonDocument::end() {
    if (left() > 0) {
        fail("something follows the end of the model");
    }
}

}  // namespace foxml::trees
