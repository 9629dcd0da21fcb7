// Every form of a time that is read, and every near miss: a time taken wrongly would put a bar into another session.
#include "bars/csv_time.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace foxml::bars {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr std::int64_t kSecondOf2024 = (19'723 + 1) * kDay;  // 2024-01-02

/// The time of a cell that is read to its end; none of any other.
std::optional<std::int64_t> read(CsvTimeReader& reader, const std::string& text) {
    const std::vector<char> exact(text.begin(), text.end());
    std::int64_t time_ns = 0;
    const char* const end = reader.read(exact.data(), exact.data() + exact.size(), time_ns);
    return end != nullptr && end == exact.data() + exact.size() ? std::optional(time_ns) : std::nullopt;
}

TEST(CsvTimeTest, LocalTimes) {
    CsvTimeReader reader(false);
    const std::vector<std::pair<std::string, std::int64_t>> cases = {
        {"2024-01-02", 0},
        {"2024-01-02 09:30", 34'200 * kSecond},
        {"2024-01-02T09:30:01", 34'201 * kSecond},
        {"2024-01-02 23:59:59", 86'399 * kSecond},
        {"2024-01-02 09:30:00.5", 34'200 * kSecond + kSecond / 2},
        {"2024-01-02 09:30:00.000000001", 34'200 * kSecond + 1}};
    for (const auto& [text, since_ns] : cases) {
        EXPECT_EQ(read(reader, text), kSecondOf2024 + since_ns) << text;
    }
    EXPECT_EQ(read(reader, "1970-01-01"), 0);
    EXPECT_EQ(read(reader, "1969-12-31 23:59:59"), -kSecond);
    EXPECT_EQ(read(reader, "2000-02-29"), 11'016 * kDay);
}

TEST(CsvTimeTest, TimesWithAnOffset) {
    CsvTimeReader reader(true);
    const std::int64_t noon = kSecondOf2024 + 12 * 3'600 * kSecond;
    for (const std::string text :
         {"2024-01-02 12:00:00Z", "2024-01-02T12:00Z", "2024-01-02 07:00:00-05:00", "2024-01-02 07:00:00-0500",
          "2024-01-02 07:00:00-05", "2024-01-02 17:30:00.0+05:30"}) {
        EXPECT_EQ(read(reader, text), noon) << text;
    }
    for (const std::string text : {"2024-01-02", "2024-01-02 12:00:00", "2024-01-02Z", "2024-01-02 12:00:00+24:00",
                                   "2024-01-02 12:00:00+05:60", "2024-01-02 12:00:00+5", "2024-01-02 12:00:00+05:"}) {
        EXPECT_EQ(read(reader, text), std::nullopt) << text;
    }
}

TEST(CsvTimeTest, WhatIsNoTimeIsRefused) {
    CsvTimeReader reader(false);
    const std::vector<std::string> texts = {"",
                                            "2024-01-0",
                                            "2024-13-01",
                                            "2024-02-30",
                                            "2023-02-29",
                                            "1899-12-31",
                                            "2200-01-01",
                                            "2024/01/02",
                                            "02-01-2024",
                                            "2024-01-02 24:00",
                                            "2024-01-02 10:60",
                                            "2024-01-02 10:00:60",
                                            "2024-01-02 1:00",
                                            "2024-01-02  10:00",
                                            "2024-01-02 10:00:00.",
                                            "2024-01-02 10:00:00.0000000001",
                                            "2024-01-02 10:00:00Z",
                                            "2024-01-02 10:00:00-05:00",
                                            "yesterday  ",
                                            "2024-01-02 10",
                                            "2024-01-02 10:",
                                            "2024-01-02 10:00:",
                                            "2024-01-02 10:00:0",
                                            "2024-00-01",
                                            "2024-01-00",
                                            std::string(10, '\0')};
    for (const std::string& text : texts) {
        EXPECT_EQ(read(reader, text), std::nullopt) << text;
    }
}

TEST(CsvTimeTest, ARefusedDateIsNotRemembered) {
    CsvTimeReader reader(false);
    EXPECT_EQ(read(reader, "2024-01-02"), kSecondOf2024);
    EXPECT_EQ(read(reader, "2024-02-30"), std::nullopt);
    EXPECT_EQ(read(reader, "2024-02-30"), std::nullopt);
    EXPECT_EQ(read(reader, "2024-01-02 00:01"), kSecondOf2024 + 60 * kSecond);
}

}  // namespace
}  // namespace foxml::bars
