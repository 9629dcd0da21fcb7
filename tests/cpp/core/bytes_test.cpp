// A snapshot's bytes come back as they were, and a short one is refused instead of read past its end.
#include "core/bytes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace foxml {
namespace {

TEST(BytesTest, ComeBackInOrder) {
    ByteWriter writer;
    writer.put(std::uint8_t{7});
    writer.put(std::numeric_limits<std::int64_t>::min());
    const std::array<double, 3> values{0.1, -0.0, std::numeric_limits<double>::denorm_min()};
    writer.put_all(std::span<const double>(values));
    ByteReader reader(writer.bytes());
    EXPECT_EQ(reader.get<std::uint8_t>(), 7);
    EXPECT_EQ(reader.get<std::int64_t>(), std::numeric_limits<std::int64_t>::min());
    std::array<double, 3> read{};
    reader.get_all(std::span<double>(read));
    EXPECT_EQ(std::memcmp(read.data(), values.data(), sizeof(values)), 0);
    EXPECT_EQ(reader.remaining(), 0U);
    EXPECT_EQ(reader.position(), 1U + 8U + 24U);
}

TEST(BytesTest, TruncationIsRefusedWithItsPlace) {
    ByteWriter writer;
    writer.put(std::int64_t{1});
    writer.put(std::uint8_t{2});
    ByteReader reader(writer.bytes());
    EXPECT_EQ(reader.get<std::int64_t>(), 1);
    try {
        (void)reader.get<std::int64_t>();
        FAIL() << "eight bytes were read where one was left";
    } catch (const InvalidInput& error) {
        EXPECT_STREQ(error.what(), "snapshot is truncated: 8 bytes expected at byte 8, 1 found");
    }
    EXPECT_EQ(reader.get<std::uint8_t>(), 2);  // the refused read took nothing
}

TEST(BytesTest, NothingCanBeReadFromNothing) {
    ByteReader reader({});
    reader.get_all(std::span<double>{});
    EXPECT_THROW((void)reader.take(1), InvalidInput);
    EXPECT_THROW((void)reader.take(std::numeric_limits<std::size_t>::max()), InvalidInput);
}

}  // namespace
}  // namespace foxml
