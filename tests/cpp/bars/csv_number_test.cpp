// The reader of sixteen bytes at a time must give the bits of the plain one, for whatever stands in a cell and behind
// it.
#include "bars/csv_number.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace foxml::bars {
namespace {

using Reader = const char* (*)(const char*, const char*, double&) noexcept;

/// Bits and length of a number at the start of a text; the text lies on the heap, so that a sanitizer sees its end.
std::optional<std::pair<std::uint64_t, std::ptrdiff_t>> read(Reader reader, const std::string& text) {
    const std::vector<char> exact(text.begin(), text.end());
    double value = 0.0;
    const char* const end = reader(exact.data(), exact.data() + exact.size(), value);
    return end == nullptr ? std::nullopt
                          : std::optional(std::pair(std::bit_cast<std::uint64_t>(value), end - exact.data()));
}

void expect_equal(const std::string& text) {
    EXPECT_EQ(read(&read_decimal, text), read(&read_decimal_plainly, text)) << '"' << text << '"';
}

TEST(CsvNumberTest, KnownNumbers) {
    const std::vector<std::pair<std::string, double>> cases = {{"167.42,", 167.42},
                                                               {"0.1,", 0.1},
                                                               {"5.,", 5.0},
                                                               {".5,", 0.5},
                                                               {"00012,", 12.0},
                                                               {"-3.25,", -3.25},
                                                               {"1.5e3,", 1500.0},
                                                               {"123456789012345,", 123456789012345.0},
                                                               {"0.00000000000001,", 1e-14},
                                                               {"9007199254740993,", 9007199254740992.0}};
    for (const auto& [text, value] : cases) {
        const auto found = read(&read_decimal, text + "and more than sixteen bytes");
        ASSERT_TRUE(found.has_value()) << text;
        EXPECT_EQ(std::bit_cast<double>(found->first), value) << text;
        EXPECT_EQ(found->second, static_cast<std::ptrdiff_t>(text.size()) - 1) << text;
    }
}

TEST(CsvNumberTest, WhatIsNoNumberIsRefused) {
    for (const std::string text :
         {"", ".", "-", "+1", "1.2.3", "1e", "e5", "nan", "inf", "--1", "x", " 1", "1e999", "0x10"}) {
        const std::string cell = text + ",100.25,100.5,99.75\n";
        const auto found = read(&read_decimal, cell);
        const bool whole = found && cell[static_cast<std::size_t>(found->second)] == ',';
        EXPECT_FALSE(whole) << text;
    }
}

TEST(CsvNumberTest, DrawnDecimalsAreThoseOfThePlainReader) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 200'000; ++i) {
        std::string text;
        const std::size_t digits = random() % 20;
        for (std::size_t k = 0; k < digits; ++k) {
            text += static_cast<char>('0' + random() % 10);
        }
        if (random() % 4 != 0) {
            text.insert(random() % (text.size() + 1), 1, '.');
        }
        if (random() % 16 == 0) {
            text.insert(random() % (text.size() + 1), 1, "+-eE.x \"/:"[random() % 10]);
        }
        text += ",\n\r;"[random() % 4];
        text += std::string(random() % 20, "0123456789,.\n-e"[random() % 15]);
        expect_equal(text);
    }
}

TEST(CsvNumberTest, WholeNumbers) {
    std::int64_t value = 0;
    const auto reads = [&value](const std::string& text) {
        const char* const end = read_whole(text.data(), text.data() + text.size(), value);
        return end == nullptr ? -1 : end - text.data();
    };
    EXPECT_EQ(reads("1704205800,1"), 10);
    EXPECT_EQ(value, 1704205800);
    EXPECT_EQ(reads("-12"), 3);
    EXPECT_EQ(value, -12);
    EXPECT_EQ(reads("999999999999999999"), 18);
    EXPECT_EQ(reads("1000000000000000000"), -1);
    EXPECT_EQ(reads("-"), -1);
    EXPECT_EQ(reads(""), -1);
}

}  // namespace
}  // namespace foxml::bars
