#include "protocols/passthru/wire.hpp"

namespace protocols::passthru {
namespace {

constexpr std::size_t length_bytes = 4;

class Writer {
public:
    void number(std::uint32_t value) {
        for (int shift = 0; shift < 32; shift += 8) {
            text_ += static_cast<char>(value >> shift & 0xFF);
        }
    }
    void text(std::string_view value) {
        number(static_cast<std::uint32_t>(value.size()));
        text_ += value;
    }
    void bytes(ByteView value) {
        number(static_cast<std::uint32_t>(value.size()));
        text_.append(value.begin(), value.end());
    }
    void parameters(const Parameters& list) {
        number(static_cast<std::uint32_t>(list.size()));
        for (const auto& [parameter, value] : list) {
            number(parameter);
            number(value);
        }
    }
    void messages(const std::vector<api::Message>& list) {
        number(static_cast<std::uint32_t>(list.size()));
        for (const auto& message : list) {
            number(message.protocol);
            number(message.rx_status);
            number(message.tx_flags);
            number(message.timestamp_us);
            number(message.extra_data);
            bytes(message.data);
        }
    }
    [[nodiscard]] std::string frame() const {
        Writer length;
        length.number(static_cast<std::uint32_t>(text_.size()));
        return length.text_ + text_;
    }

private:
    std::string text_;
};

/// Reads what Writer wrote; anything else makes it bad, and zeros come out.
class Reader {
public:
    explicit Reader(std::string_view text) : rest_(text) {}

    std::uint32_t number() {
        const auto four = take(4);
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < four.size(); ++i) {
            value |= static_cast<std::uint32_t>(static_cast<unsigned char>(four[i])) << 8 * i;
        }
        return value;
    }
    std::string text() { return std::string(take(number())); }
    Bytes bytes() {
        const auto part = take(number());
        return {part.begin(), part.end()};
    }
    Parameters parameters() {
        Parameters list;
        for (auto left = number(); left > 0 && good_; --left) {
            const auto parameter = number();
            list.emplace_back(parameter, number());
        }
        return list;
    }
    std::vector<api::Message> messages() {
        std::vector<api::Message> list;
        for (auto left = number(); left > 0 && good_; --left) {
            api::Message message;
            message.protocol = number();
            message.rx_status = number();
            message.tx_flags = number();
            message.timestamp_us = number();
            message.extra_data = number();
            message.data = bytes();
            good_ = good_ && message.data.size() <= api::message_data_max;
            list.push_back(std::move(message));
        }
        return list;
    }
    [[nodiscard]] bool ended_well() const { return good_ && rest_.empty(); }

private:
    std::string_view take(std::size_t size) {
        if (size > rest_.size()) {
            good_ = false;
            return {};
        }
        const auto part = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return part;
    }

    std::string_view rest_;
    bool good_ = true;
};

Failure malformed() {
    return {Fault::malformed, "not a frame of the J2534 worker"};
}

}  // namespace

std::string to_frame(const Call& call) {
    Writer writer;
    writer.number(call.id);
    writer.number(static_cast<std::uint32_t>(call.function));
    for (const auto value :
         {call.handle, call.protocol, call.flags, call.baud, call.type, call.count,
          call.timeout_ms}) {
        writer.number(value);
    }
    writer.text(call.name);
    writer.bytes(call.bytes);
    writer.parameters(call.parameters);
    writer.messages(call.messages);
    return writer.frame();
}

std::string to_frame(const Returned& returned) {
    Writer writer;
    for (const auto value : {returned.id, returned.status, returned.handle, returned.value}) {
        writer.number(value);
    }
    for (const auto* text :
         {&returned.error, &returned.firmware, &returned.library, &returned.version}) {
        writer.text(*text);
    }
    writer.bytes(returned.bytes);
    writer.parameters(returned.parameters);
    writer.messages(returned.messages);
    return writer.frame();
}

Result<std::optional<std::size_t>> frame_length(std::string_view bytes) {
    if (bytes.size() < length_bytes) {
        return std::optional<std::size_t>();
    }
    const std::size_t length = Reader(bytes.substr(0, length_bytes)).number();
    if (length > frame_bytes_max) {
        return malformed();
    }
    const auto whole = length_bytes + length;
    return bytes.size() < whole ? std::optional<std::size_t>() : std::optional(whole);
}

Result<Call> call_from(std::string_view frame) {
    Reader reader(frame.substr(std::min(length_bytes, frame.size())));
    Call call;
    call.id = reader.number();
    const auto function = reader.number();
    for (auto* value :
         {&call.handle, &call.protocol, &call.flags, &call.baud, &call.type, &call.count,
          &call.timeout_ms}) {
        *value = reader.number();
    }
    call.name = reader.text();
    call.bytes = reader.bytes();
    call.parameters = reader.parameters();
    call.messages = reader.messages();
    if (!reader.ended_well() || function > static_cast<std::uint32_t>(function_last)) {
        return malformed();
    }
    call.function = static_cast<Function>(function);
    return call;
}

Result<Returned> returned_from(std::string_view frame) {
    Reader reader(frame.substr(std::min(length_bytes, frame.size())));
    Returned returned;
    for (auto* value : {&returned.id, &returned.status, &returned.handle, &returned.value}) {
        *value = reader.number();
    }
    for (auto* text : {&returned.error, &returned.firmware, &returned.library, &returned.version}) {
        *text = reader.text();
    }
    returned.bytes = reader.bytes();
    returned.parameters = reader.parameters();
    returned.messages = reader.messages();
    if (!reader.ended_well()) {
        return malformed();
    }
    return returned;
}

}  // namespace protocols::passthru
