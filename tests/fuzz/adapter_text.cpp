// Any text an adapter can print: it is read without a crash, and no message is longer than its
// bytes.
#include "obd/snapshot/meaning.hpp"
#include "obd/snapshot/meaning_tongues.hpp"
#include "protocols/base/ensure.hpp"
#include "protocols/base/text.hpp"
#include "protocols/elm327/adapter.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/heavy.hpp"
#include "protocols/elm327/reply.hpp"
#include "protocols/j1939/groups.hpp"
#include "tests/fuzz/target.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace elm327 = protocols::elm327;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    const auto reply = elm327::read_reply(text, "0100");
    static_cast<void>(elm327::fault_of(reply));
    for (int number = 0; number <= 10; ++number) {
        const auto protocol = static_cast<protocols::bus::Protocol>(number);
        for (const auto& message : elm327::read_frames(reply.lines, protocol).messages) {
            ENSURE(message.data.size() <= size);
        }
    }
    for (const auto& message : elm327::read_headerless(reply.lines).messages) {
        ENSURE(message.data.size() <= size);
    }
    constexpr std::uint32_t emission_codes = 0xFED4;
    const auto request = protocols::j1939::request_of(emission_codes);
    for (const auto& message : elm327::sort_group_lines(request, reply.lines).messages) {
        ENSURE(message.data.size() >= request.data.size() && message.data.size() <= size);
        static_cast<void>(boost::json::serialize(obd::group_meaning(message.data)));
    }
    static_cast<void>(elm327::read_volts(text));
    static_cast<void>(elm327::read_protocol_number(text));
    for (const auto framing : {obd::Framing::can, obd::Framing::legacy}) {
        const auto meaning = obd::meaning_of_text({std::string(text)}, framing);
        if (meaning.has_value()) {
            const auto written = boost::json::serialize(meaning.value());
            ENSURE(protocols::is_utf8(written));
            boost::system::error_code error;
            static_cast<void>(boost::json::parse(written, error));
            ENSURE(!error);
        }
    }
    return 0;
}

std::vector<std::string> seeds() {
    return {
        "7 0ECFF 00 20 12 00 03 FF D4 FE 00\r7 0EBFF 00 01 31 58 4B 41 44 34 39\r"
        "7 0EBFF 00 02 58 30 4A 4A 33 30 35\r7 0EBFF 00 03 36 37 38 2A FF FF FF\r\r>",
        "60FECE0000001437E01EE01E\r60E8FF3D01FFFFFFF9D4FE00\r60FED40040FF240D1201FFFF\r\r>",
        "7E8 10 14 49 02 01 31 47 31\r7E8 21 4A 43 35 34 34 34 52\r7E8 22 37 32 35 32 33 36 37\r\r",
        "18DAF110100A430401100148\r18DAF1102101700210000000\r",
        "SEARCHING...\r41 00 BC 3F A8 03\r41 00 98 3A 80 01\r",
        "BUS INIT: OK\r86 F1 10 41 00 BE 3E B8 11 8D\r",
        "48 6B 10 49 02 01 00 00 00 33\r48 6B 10 49 02 02 4E 31 43 42\r",
        "014\r0: 49 02 01 31 44 34\r1: 47 50 30 30 52 35 35\r2: 42 31 32 33 34 35 36\r",
        "410C1AF80D28050F3104D2",
        "4906021791BC820000010B",
        "420C002648",
        "000\r0:000149\r",  // announced no bytes, and brought some
        "43020301042000",
        "NO DATA\rSTOPPED\rLV RESET\r<RX ERROR\rERR94\r",
    };
}
