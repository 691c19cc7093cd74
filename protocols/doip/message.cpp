#include "protocols/doip/message.hpp"

#include <algorithm>

namespace protocols::doip {
namespace {

constexpr std::size_t header_bytes = 8;

std::uint16_t word(ByteView bytes, std::size_t at) {
    return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void append(Bytes& to, std::uint16_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8));
    to.push_back(static_cast<std::uint8_t>(value & 0xFF));
}

Failure wrong(const char* what, ByteView payload) {
    return {Fault::malformed, std::string(what) + ": " + to_hex(payload)};
}

struct Words {
    std::uint8_t code;
    std::string_view text;
};

std::string_view text_of(std::span<const Words> rows, std::uint8_t code) {
    const auto row = std::ranges::find(rows, code, &Words::code);
    return row == rows.end() ? "a reason this program does not know" : row->text;
}

}  // namespace

std::string encode(Type type, ByteView payload, std::uint8_t version) {
    Bytes bytes{version, static_cast<std::uint8_t>(~version)};
    append(bytes, static_cast<std::uint16_t>(type));
    append(bytes, static_cast<std::uint16_t>(payload.size() >> 16));
    append(bytes, static_cast<std::uint16_t>(payload.size() & 0xFFFF));
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    return {bytes.begin(), bytes.end()};
}

Result<std::optional<Message>> Inbox::next() {
    if (bytes_.size() < header_bytes) {
        return std::optional<Message>();
    }
    const Bytes header(bytes_.begin(), bytes_.begin() + header_bytes);
    if ((header[0] ^ header[1]) != 0xFF) {
        return wrong("not a DoIP header", header);
    }
    const auto length = static_cast<std::size_t>(word(header, 4)) << 16 | word(header, 6);
    if (length > payload_max) {
        return wrong("a DoIP message that is too long", header);
    }
    if (bytes_.size() < header_bytes + length) {
        return std::optional<Message>();
    }
    const auto begin = bytes_.begin() + header_bytes;
    Message message{
        word(header, 2), Bytes(begin, begin + static_cast<std::ptrdiff_t>(length)), header[0]};
    bytes_.erase(0, header_bytes + length);
    return std::optional(std::move(message));
}

Result<Announcement> read_announcement(ByteView payload) {
    constexpr std::size_t vin_letters = 17;
    constexpr std::size_t least = vin_letters + 2 + 6 + 6 + 1;  // and a status byte some add
    if (payload.size() != least && payload.size() != least + 1) {
        return wrong("not a vehicle announcement", payload);
    }
    Announcement said;
    for (const auto letter : payload.first(vin_letters)) {
        if (letter < ' ' || letter > '~') {
            return wrong("a vehicle announcement without a VIN", payload);
        }
        said.vin += static_cast<char>(letter);
    }
    said.address = word(payload, vin_letters);
    std::ranges::copy(payload.subspan(vin_letters + 2, 6), said.entity.begin());
    return said;
}

Result<Activation> read_activation(ByteView payload) {
    constexpr std::size_t bytes = 9;
    constexpr std::size_t with_maker = 13;
    if (payload.size() != bytes && payload.size() != with_maker) {
        return wrong("not an answer to a routing activation", payload);
    }
    return Activation{word(payload, 0), word(payload, 2), payload[4]};
}

std::string_view activation_text(std::uint8_t code) {
    static constexpr std::array rows{
        Words{0x00, "it does not know this tester's address"},
        Words{0x01, "all its connections are taken"},
        Words{0x02, "this connection belongs to another tester's address"},
        Words{0x03, "another tester is connected under this address"},
        Words{0x04, "it wants to be authenticated to"},
        Words{0x05, "the confirmation was refused at the vehicle"},
        Words{0x06, "it does not offer this kind of activation"},
        Words{0x07, "it wants an encrypted connection"},
        Words{0x10, "done"},
        Words{0x11, "it waits for a confirmation at the vehicle"}};
    return text_of(rows, code);
}

Result<Addressed> read_addressed(ByteView payload) {
    constexpr std::size_t addresses = 4;
    if (payload.size() <= addresses) {
        return wrong("a diagnostic message without data", payload);
    }
    return Addressed{word(payload, 0), word(payload, 2), payload.subspan(addresses)};
}

Bytes addressed(std::uint16_t source, std::uint16_t target, ByteView data) {
    Bytes bytes;
    append(bytes, source);
    append(bytes, target);
    bytes.insert(bytes.end(), data.begin(), data.end());
    return bytes;
}

std::string_view refusal_text(std::uint8_t code) {
    static constexpr std::array rows{
        Words{0x02, "this tester's address is not that of the connection"},
        Words{0x03, "it does not know the address asked for"},
        Words{0x04, "the message is too long"},
        Words{0x05, "it is out of memory"},
        Words{0x06, "the control unit cannot be reached"},
        Words{0x07, "it does not know the network"},
        Words{0x08, "its transport failed"}};
    return text_of(rows, code);
}

}  // namespace protocols::doip
