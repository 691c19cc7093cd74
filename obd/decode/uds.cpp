#include "obd/decode/uds.hpp"

#include "obd/decode/parameters.hpp"

#include <algorithm>
#include <functional>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::uint8_t read_codes = 0x59;        // ReadDTCInformation, positive
constexpr std::uint8_t read_identifiers = 0x62;  // ReadDataByIdentifier, positive
constexpr std::size_t code_bytes = 3;

Failure wrong(const char* what, ByteView message) {
    return {Fault::malformed, std::string(what) + ": " + protocols::to_hex(message)};
}

/// Fields in front of the records, in their order (ISO 14229-1:2020 table 272 ff.).
enum class Field { group, status, severity, format, readiness_group, record };
struct Layout {
    std::uint8_t kind;
    std::vector<Field> head;
    bool severity_in_records;
};
const std::vector<Layout>& layouts() {
    static const std::vector<Layout> all{
        {0x02, {Field::status}, false},
        {0x0A, {Field::status}, false},
        {0x1A, {Field::status, Field::record}, false},
        {0x42, {Field::group, Field::status, Field::severity, Field::format}, true},
        {0x55, {Field::group, Field::status, Field::format}, false},
        {0x56, {Field::group, Field::status, Field::format, Field::readiness_group}, false},
    };
    return all;
}

std::uint32_t number_of(ByteView three) {
    return static_cast<std::uint32_t>(three[0] << 16 | three[1] << 8 | three[2]);
}

std::uint16_t id_at(ByteView bytes) {
    return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

/// Every way in which the bytes can be the identifiers asked for.
struct Splitter {
    std::span<const std::uint16_t> asked;
    std::vector<IdentifierPart> parts{};
    std::vector<IdentifierPart> found{};
    int ways = 0;

    void take(ByteView rest, std::size_t from) {
        if (rest.empty()) {
            ++ways;
            found = parts;
            return;
        }
        if (rest.size() < 3) {
            return;
        }
        const auto id = id_at(rest);
        const auto place =
            std::find(asked.begin() + static_cast<std::ptrdiff_t>(from), asked.end(), id);
        if (place == asked.end()) {
            return;
        }
        const auto next = static_cast<std::size_t>(place - asked.begin()) + 1;
        auto lengths = identifier_lengths(id);
        if (lengths.empty()) {
            lengths.push_back(rest.size() - 2);  // unknown: only as the last one
        }
        for (const auto length : lengths) {
            if (length + 2 <= rest.size()) {
                parts.push_back({id, rest.subspan(2, length)});
                take(rest.subspan(2 + length), next);
                parts.pop_back();
            }
        }
    }
};

/// Items of an infotype as its classic count byte counts them (SAE J1979 6.9).
std::optional<std::size_t> item_bytes(std::uint8_t infotype) {
    switch (infotype) {
        case 0x02:
            return 17;
        case 0x04:
            return 16;
        case 0x06:
            return 4;
        case 0x08:
        case 0x0B:
            return 2;
        case 0x0A:
            return 20;
        default:
            return std::nullopt;
    }
}

Result<Bytes> classic_codes(ByteView message, std::uint8_t service) {
    const auto report = read_dtc_report(message);
    if (report.has_error()) {
        return report.error();
    }
    std::vector<std::uint16_t> numbers;
    for (const auto& code : report.value().codes) {
        if (!listed_by(code, service)) {
            continue;
        }
        if (code.format != DtcFormat::j2012 && code.format != DtcFormat::iso14229) {
            return wrong("codes in a format that has no classic form", message);
        }
        if (std::ranges::find(numbers, code.classic().number()) == numbers.end()) {
            numbers.push_back(code.classic().number());
        }
    }
    constexpr std::size_t most = 255;
    if (numbers.size() > most) {
        return wrong("more codes than there can be", message);
    }
    Bytes bytes{
        static_cast<std::uint8_t>(service + 0x40), static_cast<std::uint8_t>(numbers.size())};
    for (const auto number : numbers) {
        bytes.push_back(static_cast<std::uint8_t>(number >> 8));
        bytes.push_back(static_cast<std::uint8_t>(number & 0xFF));
    }
    return bytes;
}

/// Test, scaling, value, lowest and highest of each result; service 06 has the monitor before each.
Result<Bytes> classic_tests(std::uint8_t monitor, ByteView data, ByteView message) {
    constexpr std::size_t result_bytes = 8;
    if (data.empty() || data.size() % result_bytes != 0) {
        return wrong("a test result is cut short", message);
    }
    Bytes bytes{0x46};
    for (; !data.empty(); data = data.subspan(result_bytes)) {
        const auto result = data.first(result_bytes);
        bytes.push_back(monitor);
        bytes.insert(bytes.end(), result.begin(), result.end());
    }
    return bytes;
}

}  // namespace

std::string UdsDtc::text() const {
    const Bytes three{
        static_cast<std::uint8_t>(number >> 16 & 0xFF),
        static_cast<std::uint8_t>(number >> 8 & 0xFF), failure_type()};
    const auto digits = protocols::to_hex(three);
    const bool named = format == DtcFormat::j2012 || format == DtcFormat::iso14229;
    return named ? classic().text() + "-" + digits.substr(4) : digits;
}

bool listed_by(const UdsDtc& code, std::uint8_t service) {
    constexpr std::uint8_t stored = 0x03;
    constexpr std::uint8_t pending = 0x07;
    return service == stored    ? (code.status & status_confirmed) != 0
           : service == pending ? (code.status & status_pending) != 0
                                : true;
}

std::vector<std::string_view> names_of_status(std::uint8_t status) {
    std::vector<std::string_view> names;
    for (std::size_t bit = 0; bit < status_bits.size(); ++bit) {
        if ((status >> bit & 1) != 0) {
            names.push_back(status_bits[bit]);
        }
    }
    return names;
}

std::string_view dtc_class(std::uint8_t severity) {
    constexpr std::array<std::string_view, 5> classes{"none", "A", "B1", "B2", "C"};
    for (std::size_t bit = 0; bit < classes.size(); ++bit) {
        if ((severity >> bit & 1) != 0) {
            return classes[bit];
        }
    }
    return {};
}

Result<DtcReport> read_dtc_report(ByteView message) {
    if (message.size() < 3 || message[0] != read_codes) {
        return wrong("no report of codes", message);
    }
    const auto layout = std::ranges::find(layouts(), message[1], &Layout::kind);
    if (layout == layouts().end()) {
        return wrong("a report of another kind", message);
    }
    if (message.size() < 2 + layout->head.size()) {
        return wrong("the report's head is cut short", message);
    }
    DtcReport report;
    report.kind = message[1];
    auto format = DtcFormat::iso14229;
    for (std::size_t i = 0; i < layout->head.size(); ++i) {
        const auto byte = message[2 + i];
        switch (layout->head[i]) {
            case Field::group:
                report.group = byte;
                break;
            case Field::status:
                report.status_available = byte;
                break;
            case Field::severity:
                report.severity_available = byte;
                break;
            case Field::format:
                if (byte > static_cast<std::uint8_t>(DtcFormat::j2012)) {
                    return wrong("an unknown format of codes", message);
                }
                format = static_cast<DtcFormat>(byte);
                break;
            case Field::readiness_group:
                report.readiness_group = byte;
                break;
            case Field::record:
                report.record = byte;
                break;
        }
    }
    auto records = message.subspan(2 + layout->head.size());
    const std::size_t before = layout->severity_in_records ? 1 : 0;
    const std::size_t size = before + code_bytes + 1;
    if (records.size() % size != 0) {
        return wrong("a record of a code is cut short", message);
    }
    for (; !records.empty(); records = records.subspan(size)) {
        UdsDtc code;
        code.number = number_of(records.subspan(before));
        code.status = records[size - 1];
        code.format = format;
        if (layout->severity_in_records) {
            code.severity = records[0];
        }
        if (code.number == 0) {
            return wrong("a record without a code", message);
        }
        report.codes.push_back(code);
    }
    return report;
}

std::vector<std::size_t> identifier_lengths(std::uint16_t id) {
    const auto low = static_cast<std::uint8_t>(id & 0xFF);
    switch (id >> 8) {
        case 0xF4:
            return parameter_lengths(low);
        case 0xF5:
        case 0xF6:
            return low % 0x20 == 0 ? std::vector<std::size_t>{4} : std::vector<std::size_t>();
        case 0xF8:
            if (low % 0x20 == 0) {
                return {4};
            }
            if (low == 0x10) {
                return {1};
            }
            if (low == 0x02 || low == 0x0A) {
                return {*item_bytes(low)};
            }
            return {};
        default:
            return {};
    }
}

Result<std::vector<IdentifierPart>> split_identifiers(
    ByteView message, std::span<const std::uint16_t> asked
) {
    if (message.size() < 4 || message[0] != read_identifiers) {
        return wrong("no answer with identifiers", message);
    }
    if (asked.size() == 1) {
        if (id_at(message.subspan(1)) != asked[0]) {
            return wrong("another identifier", message);
        }
        return std::vector<IdentifierPart>{{asked[0], message.subspan(3)}};
    }
    Splitter splitter{asked};
    splitter.take(message.subspan(1), 0);
    if (splitter.ways != 1) {
        return wrong(
            splitter.ways == 0 ? "does not fit what was asked for" : "fits in several ways", message
        );
    }
    return std::move(splitter.found);
}

Result<Bytes> as_classic(ByteView message, std::uint8_t service) {
    if (!message.empty() && message[0] == read_codes) {
        return classic_codes(message, service);
    }
    if (message.size() < 4 || message[0] != read_identifiers) {
        return wrong("neither codes nor an identifier", message);
    }
    const auto id = message[2];
    const auto data = message.subspan(3);
    Bytes bytes;
    if (message[1] == 0xF4 && service == 0x01) {
        bytes = {0x41, id};
    } else if (message[1] == 0xF8 && service == 0x09) {
        bytes = {0x49, id};
        if (const auto item = item_bytes(id)) {
            const auto items = data.size() / *item;
            constexpr std::size_t most = 255;
            if (data.size() % *item != 0 || items > most) {
                return wrong("an item is cut short", message);
            }
            bytes.push_back(static_cast<std::uint8_t>(items));
        }
    } else if (message[1] == 0xF6 && service == 0x06) {
        if (id % 0x20 != 0) {
            return classic_tests(id, data, message);
        }
        bytes = {0x46, id};
    } else {
        return wrong("another identifier", message);
    }
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

}  // namespace obd
