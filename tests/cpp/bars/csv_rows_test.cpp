// Lines are read as a whole or not at all, and where reading stops is told to the byte: the caller goes on from there.
#include "bars/csv_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace foxml::bars {
namespace {

using enum CsvColumn;

const std::vector<CsvColumn> kPlain = {time, open, high, low, close, volume};

struct Table {
    std::vector<std::int64_t> time_ns;
    std::vector<double> ohlcv;
    std::vector<double> vwap;
    std::vector<double> trade_count;
    std::vector<std::int32_t> symbol;
    CsvSymbols symbols;
    CsvRead done;
};

Table read(const std::string& text, const std::vector<CsvColumn>& columns = kPlain, CsvTime form = CsvTime::number,
           std::size_t capacity = 8) {
    const std::vector<char> exact(text.begin(), text.end());
    Table table{std::vector<std::int64_t>(capacity),
                std::vector<double>(5 * capacity),
                std::vector<double>(capacity),
                std::vector<double>(capacity),
                std::vector<std::int32_t>(capacity),
                {},
                {}};
    const CsvRows out{table.time_ns.data(),     table.ohlcv.data(),  table.vwap.data(),
                      table.trade_count.data(), table.symbol.data(), capacity};
    table.done = read_csv_rows({exact.data(), exact.size()}, columns, form, out, table.symbols);
    return table;
}

TEST(CsvRowsTest, ColumnsInAnyOrder) {
    const Table table = read("x,5,4,3.5,17,2,1,y,9.25,7\n,50,40,30,18,20,10,,,8\r\n",
                             {ignored, volume, close, low, time, high, open, ignored, vwap, trade_count});
    ASSERT_EQ(table.done.rows, 2U);
    EXPECT_TRUE(table.done.plain);
    EXPECT_EQ(table.time_ns[1], 18);
    EXPECT_EQ(std::vector<double>(table.ohlcv.begin(), table.ohlcv.begin() + 10),
              (std::vector<double>{1, 2, 3.5, 4, 5, 10, 20, 30, 40, 50}));
    EXPECT_EQ(table.vwap[0], 9.25);
    EXPECT_TRUE(std::isnan(table.vwap[1]));
    EXPECT_EQ(table.trade_count[1], 8.0);
}

TEST(CsvRowsTest, ALineWithoutItsEndIsLeft) {
    const std::string line = "1,2,2,2,2,2\n";
    for (std::size_t cut = 0; cut <= line.size(); ++cut) {
        const Table table = read(line + line.substr(0, cut));
        EXPECT_EQ(table.done.rows, cut == line.size() ? 2U : 1U);
        EXPECT_EQ(table.done.bytes, table.done.rows * line.size());
        EXPECT_TRUE(table.done.plain);
    }
}

TEST(CsvRowsTest, NoMoreIsReadThanThereIsRoomFor) {
    const Table table = read("1,2,2,2,2,2\n2,2,2,2,2,2\n3,2,2,2,2,2\n", kPlain, CsvTime::number, 2);
    EXPECT_EQ(table.done.rows, 2U);
    EXPECT_EQ(table.done.bytes, 24U);
    EXPECT_TRUE(table.done.plain);
}

TEST(CsvRowsTest, WhatIsNotPlainStopsBeforeItsLine) {
    const std::string good = "1,2,2,2,2,2\n";
    const std::vector<std::string> lines = {"\n",
                                            "\r\n",
                                            "2,2,2,2,2\n",
                                            "2,2,2,2,2,2,2\n",
                                            "2,\"2\",2,2,2,2\n",
                                            "2, 2,2,2,2,2\n",
                                            "2,,2,2,2,2\n",
                                            "2,2,2,2,2,\n",
                                            "2,2,2,2,2,2 \n",
                                            "x,2,2,2,2,2\n",
                                            "2,2,2,2,2,nan\n",
                                            "2,2,2,2,2,+2\n",
                                            "2,2,2,2,2,2\r2,2,2,2,2,2\n",
                                            "2.5,2,2,2,2,2\n",
                                            "2;2;2;2;2;2\n",
                                            ",2,2,2,2,2\n",
                                            "2,2,2,2,2,2,\n"};
    for (const std::string& line : lines) {
        const Table table = read(good + line + good);
        EXPECT_EQ(table.done.rows, 1U) << line;
        EXPECT_EQ(table.done.bytes, good.size()) << line;
        EXPECT_FALSE(table.done.plain) << line;
    }
    const Table quoted = read("1,2,2,2,2,2,\"a,b\"\n", {time, open, high, low, close, volume, ignored});
    EXPECT_FALSE(quoted.done.plain);
}

TEST(CsvRowsTest, SymbolsInTheOrderOfTheirFirstRows) {
    const std::vector<CsvColumn> columns = {symbol, time, open, high, low, close, volume};
    const Table table =
        read("B,1,2,2,2,2,2\nA,1,2,2,2,2,2\nA,2,2,2,2,2,2\nBRK.B,2,2,2,2,2,2\nB,2,2,2,2,2,2\n", columns);
    ASSERT_EQ(table.done.rows, 5U);
    EXPECT_EQ(table.symbols.names(), (std::vector<std::string>{"B", "A", "BRK.B"}));
    EXPECT_EQ(std::vector<std::int32_t>(table.symbol.begin(), table.symbol.begin() + 5),
              (std::vector<std::int32_t>{0, 1, 1, 2, 0}));
    CsvSymbols again(table.symbols.names());
    EXPECT_EQ(again.place_of("A"), 1);
    EXPECT_EQ(again.place_of("C"), 3);
    for (const std::string cell : {"", " A", "A B", "\"A\"", "\xC3\xA4", "A\t"}) {
        EXPECT_FALSE(read(cell + ",1,2,2,2,2,2\n", columns).done.plain) << cell;
    }
}

TEST(CsvRowsTest, NothingIsThereToRead) {
    EXPECT_EQ(read("").done.rows, 0U);
    EXPECT_TRUE(read("").done.plain);
}

TEST(CsvRowsTest, TimesInIsoForm) {
    const Table local = read("2024-01-02 10:00:00,2,2,2,2,2\n2024-01-02 11:00,2,2,2,2,2\n", kPlain, CsvTime::local);
    ASSERT_EQ(local.done.rows, 2U);
    EXPECT_EQ(local.time_ns[1] - local.time_ns[0], 3'600'000'000'000);
    const Table mixed = read("2024-01-02 10:00Z,2,2,2,2,2\n2024-01-02 11:00,2,2,2,2,2\n", kPlain, CsvTime::offset);
    EXPECT_EQ(mixed.done.rows, 1U);
    EXPECT_FALSE(mixed.done.plain);
}

}  // namespace
}  // namespace foxml::bars
