#include "protocols/base/text.hpp"
#include "protocols/base/hex.hpp"

#include <gtest/gtest.h>

namespace protocols {
namespace {

TEST(Text, ShowsEveryByteSafely) {
    EXPECT_EQ(printable("ELM\r\n\x80>"), "ELM  \\x80>");
    EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
    EXPECT_EQ(printable("abc", 2), "ab");
    for (int byte = 0; byte < 256; ++byte) {
        EXPECT_TRUE(is_utf8(printable(std::string(1, static_cast<char>(byte)))));
    }
}

TEST(Text, TellsUtf8FromOtherBytes) {  // RFC 3629
    for (const auto* text : {"", "a", "ñ", "€", "😀", "\xF4\x8F\xBF\xBF"}) {
        EXPECT_TRUE(is_utf8(text)) << text;
    }
    for (const auto* text :
         {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
          "\xF8\x88\x80\x80\x80", "a\xFF"}) {
        EXPECT_FALSE(is_utf8(text));
    }
}

TEST(Hex, ReadsWholeBytesOnly) {
    EXPECT_EQ(from_hex("41 0c"), (Bytes{0x41, 0x0C}));
    EXPECT_EQ(from_hex(""), Bytes{});
    EXPECT_FALSE(from_hex("410"));
    EXPECT_FALSE(from_hex("4G"));
    EXPECT_EQ(to_hex(Bytes{0x00, 0xAB}), "00AB");
    EXPECT_EQ(big_endian(Bytes{0x01, 0x02, 0x03}), 0x010203U);
}

}  // namespace
}  // namespace protocols
