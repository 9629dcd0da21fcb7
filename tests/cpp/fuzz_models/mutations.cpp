#include "mutations.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace foxml::fuzz {

namespace {

std::size_t below(std::mt19937_64& random, std::size_t bound) { return bound == 0 ? 0 : random() % bound; }

/// Where a number stands: from a random place on, the next run of digits and its signs.
std::pair<std::size_t, std::size_t> number_in(const std::string& text, std::mt19937_64& random) {
    const auto is_part = [](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.';
    };
    const auto from = text.begin() + static_cast<std::ptrdiff_t>(below(random, text.size()));
    const auto first = std::find_if(from, text.end(), is_part);
    const auto last = std::find_if_not(first, text.end(), is_part);
    return {static_cast<std::size_t>(first - text.begin()), static_cast<std::size_t>(last - first)};
}

void change_number(std::string& text, std::mt19937_64& random) {
    constexpr std::array<std::string_view, 22> kNumbers{
        "0",   "-1",  "1",     "2",   "3",   "-2",         "-0.0", "1e308", "1e-45",    "nan",        "inf",
        "NaN", "007", "1e999", "0.5", "255", "4294967295", "12",   "8",     "16777216", "2147483647", "1000000000"};
    const auto [at, size] = number_in(text, random);
    text.replace(at, size, kNumbers[below(random, kNumbers.size())]);
}

void change_bytes(std::string& text, std::mt19937_64& random) {
    const std::size_t at = below(random, text.size());
    const std::size_t count = std::min(1 + below(random, 8), text.size() - at);
    for (std::size_t i = at; i < at + count; ++i) {
        text[i] = random() % 2 == 0 ? static_cast<char>(random()) : static_cast<char>(text[i] ^ (1 << random() % 8));
    }
}

void leave_out(std::string& text, std::mt19937_64& random) {
    const std::size_t at = below(random, text.size());
    text.erase(at, 1 + below(random, random() % 4 == 0 ? text.size() - at : 40));
}

void take_over(std::string& text, const std::string& other, std::mt19937_64& random) {
    const std::size_t from = below(random, other.size());
    const std::string piece = other.substr(from, 1 + below(random, 200));
    if (random() % 2 == 0) {
        text.insert(below(random, text.size() + 1), piece);
    } else {
        const std::size_t at = below(random, text.size());
        text.replace(at, std::min(piece.size(), text.size() - at), piece);
    }
}

/// Two numbers of the same file change places: children, features, counts.
void exchange_numbers(std::string& text, std::mt19937_64& random) {
    const auto [a, a_size] = number_in(text, random);
    const std::string first = text.substr(a, a_size);
    const auto [b, b_size] = number_in(text, random);
    const std::string second = text.substr(b, b_size);
    if (a + a_size <= b) {
        text.replace(b, b_size, first);
        text.replace(a, a_size, second);
    }
}

}  // namespace

std::string mutated(const std::vector<std::string>& seeds, std::mt19937_64& random) {
    std::string text = seeds[below(random, seeds.size())];
    for (std::size_t i = 1 + below(random, random() % 3 == 0 ? 12 : 3); i > 0 && !text.empty(); --i) {
        switch (random() % 8) {
            case 0:
                change_bytes(text, random);
                break;
            case 1:
                leave_out(text, random);
                break;
            case 2:
                take_over(text, seeds[below(random, seeds.size())], random);
                break;
            case 3:
                take_over(text, text, random);
                break;
            case 4:
            case 5:
                exchange_numbers(text, random);
                break;
            default:
                change_number(text, random);
        }
    }
    return text;
}

}  // namespace foxml::fuzz
