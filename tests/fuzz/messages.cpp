// Whatever bytes a control unit sends, on either framing: a meaning or a reason, never a crash, and
// the bytes stand beside it.
#include "obd/snapshot/explain.hpp"
#include "obd/snapshot/meaning.hpp"
#include "protocols/base/ensure.hpp"
#include "tests/fuzz/target.hpp"

#include <boost/json/serialize.hpp>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    constexpr std::uint8_t separator = 0xFE;
    std::vector<protocols::Bytes> messages(1);
    for (const auto* byte = data + 1; byte != data + size; ++byte) {
        if (*byte == separator) {
            messages.emplace_back();
        } else {
            messages.back().push_back(*byte);
        }
    }
    const auto framing = (data[0] & 1) == 0 ? obd::Framing::can : obd::Framing::legacy;
    const auto said = obd::meaning(messages, framing);
    ENSURE(said.at("raw").as_array().size() == messages.size());
    ENSURE(!boost::json::serialize(said).empty());
    static_cast<void>(obd::explain_pid(data[0]));
    return 0;
}

std::vector<std::string> seeds() {
    const auto bytes = [](std::string_view hex) {
        const auto raw = protocols::from_hex(hex).value();
        return std::string(raw.begin(), raw.end());
    };
    return {
        bytes("00410C1AF80D00"),
        bytes("0041010007E500"),
        bytes("0041145AFF"),
        bytes("004168073C3D3E3F4041"),
        bytes("0041030200"),
        bytes("00430204200301"),
        bytes("00462181240064005000780121810B0064005000FF"),
        bytes("0146301103AC01FE"),
        bytes("004902013147314A43353434345237323532333637"),
        bytes("0149020100000031FE4902024A433534FE49020334343452"),
        bytes("004208000A00"),
        bytes("007F0112"),
    };
}
