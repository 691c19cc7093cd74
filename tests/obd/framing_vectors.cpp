#include "protocols/elm327/adapter.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/reply.hpp"
#include "protocols/isotp/reassembly.hpp"
#include "protocols/isotp/transport.hpp"
#include "vectors.hpp"

namespace obd::vectors {
namespace {

using protocols::bus::Protocol;

/// Legacy lines of an unnamed bus: their checksum is a placeholder.
Pasted read_lines(const Vector& vector) {
    if (vector.bus != "legacy") {
        return read_pasted(words_of(vector), framing_of(vector));
    }
    auto reply = protocols::elm327::read_reply(words_of(vector).at(0), "");
    return {
        protocols::elm327::read_frames(
            reply.lines, Protocol::iso9141, protocols::elm327::Checksum::ignore
        ),
        {}};
}

void check_frames(const Vector& vector) {
    const auto pasted = read_lines(vector);
    std::map<std::string, std::string> got;
    for (const auto& message : pasted.frames.messages) {
        got[message.source.text()] = protocols::to_hex(message.data);
    }
    if (vector.expect.contains("reject") || vector.expect.contains("error")) {
        EXPECT_TRUE(got.empty());
        EXPECT_FALSE(pasted.frames.problems.empty());
        return;
    }
    const auto expect_unit = [&](const std::string& unit, const json::value& payload) {
        if (payload.as_string() == "incomplete") {
            EXPECT_FALSE(got.contains(unit)) << unit;
        } else if (unit.starts_with("7E") && unit[2] < '8') {
            EXPECT_FALSE(got.contains(unit)) << "a tester's identifier is no responder";
            EXPECT_FALSE(pasted.frames.problems.empty());
        } else {
            EXPECT_EQ(got[unit], payload.as_string()) << unit;
        }
    };
    if (const auto* messages = vector.expect.if_contains("messages")) {
        for (const auto& [unit, text] : messages->as_object()) {
            expect_unit(std::string(unit), text);
        }
    } else if (const auto* payload = vector.expect.if_contains("payload")) {
        ASSERT_EQ(got.size(), 1U);
        EXPECT_EQ(got.begin()->second, payload->as_string());
    } else if (vector.expect.contains("7E8")) {
        for (const auto& [unit, text] : vector.expect) {
            if (std::string_view(unit).starts_with("7E")) {
                expect_unit(std::string(unit), text);
            }
        }
    } else if (const auto* bytes = vector.expect.if_contains("dtc_bytes")) {
        std::string all;
        for (const auto& message : pasted.frames.messages) {
            all += protocols::to_hex(message.data).substr(2);
        }
        EXPECT_EQ(all, bytes->as_string());
    }
    if (const auto* source = vector.expect.if_contains("src")) {
        EXPECT_TRUE(got.contains(std::string(source->as_string())));
    }
}

void check_legacy_frame(const Vector& vector) {
    const auto words = words_of(vector);
    const auto line = *protocols::from_hex(protocols::elm327::compact(words.at(0)));
    const protocols::ByteView body(line.data(), line.size() - 1);
    if (const auto* ok = vector.expect.if_contains("crc_j1850_ok")) {
        EXPECT_EQ(protocols::elm327::j1850_crc(body) == line.back(), ok->as_bool());
    }
    if (const auto* ok = vector.expect.if_contains("sum8_ok")) {
        EXPECT_EQ(protocols::elm327::byte_sum(body) == line.back(), ok->as_bool());
    }
    if (!vector.expect.contains("note")) {
        check_frames(vector);
    }
}

void check_multi_frame(const Vector& vector) {
    const auto pasted = read_pasted(words_of(vector), framing_of(vector));
    if (vector.expect.contains("error")) {
        EXPECT_TRUE(pasted.frames.incomplete);
        EXPECT_TRUE(pasted.frames.messages.empty());
        return;
    }
    std::vector<protocols::Bytes> positive;
    int refusals = 0;
    for (const auto& message : pasted.frames.messages) {
        if (message.data[0] == 0x7F) {
            ++refusals;
        } else {
            positive.push_back(message.data);
        }
    }
    ASSERT_EQ(positive.size(), 1U);
    EXPECT_EQ(positive[0].size(), vector.expect.at("payload_len").to_number<std::size_t>());
    if (const auto* count = vector.expect.if_contains("nrcs")) {
        EXPECT_EQ(refusals, count->to_number<int>());
    }
    if (const auto* payload = vector.expect.if_contains("payload")) {
        EXPECT_EQ(protocols::to_hex(positive[0]), payload->as_string());
    }
}

void check_multi_pid(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    EXPECT_EQ(messages[0].at("raw").at(0), vector.expect.at("payload"));
    const auto* values = vector.expect.if_contains("values_si");
    if (values == nullptr) {
        return;
    }
    for (const auto& got : messages[0].at("parameters").as_array()) {
        const auto* wanted = values->as_object().if_contains(got.at("pid").as_string());
        ASSERT_NE(wanted, nullptr) << json::serialize(got);
        EXPECT_NEAR(got.at("value").to_number<double>(), wanted->to_number<double>(), 1e-3);
    }
}

void check_negative(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_FALSE(messages.empty());
    if (const auto* code = vector.expect.if_contains("nrc")) {
        EXPECT_EQ(messages[0].at("negative"), *code);
        EXPECT_FALSE(messages[0].as_object().contains("codes"));
    }
    if (const auto* service = vector.expect.if_contains("service")) {
        EXPECT_EQ(messages[0].at("service"), *service);
    }
    if (vector.expect.contains("value")) {
        check_value(
            messages.back().at("parameters").at(0).as_object(), vector.expect, "value_exact"
        );
    }
}

void check_error_text(const Vector& vector) {
    using protocols::elm327::Remark;
    const auto text = std::string(vector.input.as_string());
    const auto raw = text.substr(0, text.find('>'));
    const auto reply = protocols::elm327::read_reply(raw, "");
    const auto error = vector.expect.at("error");
    if (error.is_null()) {
        EXPECT_EQ(reply.lines.size(), 1U);
    } else if (error.as_string().starts_with("NRC")) {
        EXPECT_EQ(decoded(vector).at(0).at("negative"), error.as_string().subview(4));
    } else if (error == "UNEXPECTED_OK") {
        EXPECT_TRUE(reply.has(Remark::ok) && reply.lines.empty());
    } else {
        EXPECT_FALSE(reply.remarks.empty()) << raw;
        EXPECT_TRUE(decoded(vector).empty());
    }
}

void check_protocol_number(const Vector& vector) {
    auto text = std::string(vector.input.as_string());
    text = text.substr(0, text.find('>'));
    const auto number = protocols::elm327::read_protocol_number(text);
    if (const auto* counted = vector.expect.if_contains("dtc_count_byte")) {
        const bool can = number && protocols::bus::is_can(number->protocol);
        EXPECT_EQ(can, counted->is_bool() && counted->as_bool()) << text;
    }
    if (const auto* automatic = vector.expect.if_contains("auto")) {
        ASSERT_TRUE(number);
        EXPECT_EQ(number->automatic, automatic->as_bool());
    }
}

void check_volts(const Vector& vector) {
    const auto volts = protocols::elm327::read_volts(vector.input.as_string());
    const auto* wanted = vector.expect.if_contains("volts");
    EXPECT_EQ(volts.has_value(), wanted != nullptr);
    if (wanted != nullptr && volts) {
        EXPECT_DOUBLE_EQ(*volts, wanted->to_number<double>());
    }
}

void check_prefixed(const Vector& vector) {
    const auto messages = decoded(vector);
    ASSERT_EQ(messages.size(), 1U);
    if (const auto* payload = vector.expect.if_contains("payload")) {
        EXPECT_EQ(messages[0].at("raw").at(0), *payload);
    } else {
        check_value(messages[0].at("parameters").at(0).as_object(), vector.expect, "value");
    }
}

void check_echo(const Vector& vector) {
    if (vector.expect.contains("pid")) {
        check_prefixed(vector);
        return;
    }
    // The echo of ATZ and the banner: no vehicle data at all.
    EXPECT_TRUE(decoded(vector).empty());
}

void check_isotp(const Vector& vector) {
    protocols::isotp::Reassembly reassembly;
    for (const auto& frame : vector.input.as_array()) {
        reassembly.add(*protocols::from_hex(frame.as_string()));
    }
    json::array got;
    for (const auto& message : reassembly.messages()) {
        got.emplace_back(protocols::to_hex(message));
    }
    EXPECT_EQ(json::value(got), vector.expect.at("messages"));
    EXPECT_EQ(!reassembly.problems().empty(), vector.expect.contains("error"));
}

/// The receiving side of ISO 15765-2, with its flow control.
void check_receiver(const Vector& vector) {
    protocols::isotp::Shape shape;
    shape.padding.reset();
    const auto flow = [&](std::string_view text) {
        const auto bytes = *protocols::from_hex(text);
        shape.block_size = bytes.at(1);
        shape.separation = bytes.at(2);
    };
    const auto* after = vector.expect.if_contains("fc_sent_after_frames");
    const auto* once = vector.expect.if_contains("fc_sent");
    if (after != nullptr) {
        flow(std::string_view(after->as_object().begin()->value().as_string()));
    } else if (once != nullptr) {
        flow(std::string_view(once->as_string()));
    }
    protocols::isotp::Receiver receiver(shape);
    std::map<std::string, std::string> flows;
    json::array messages;
    int frame = 0;
    for (const auto& text : vector.input.as_array()) {
        const auto out =
            receiver.take(*protocols::from_hex(std::string_view(text.as_string())), {});
        ++frame;
        if (out.flow_control) {
            flows[std::to_string(frame)] = protocols::to_hex(*out.flow_control);
        }
        if (out.message) {
            messages.emplace_back(protocols::to_hex(*out.message));
        }
    }
    EXPECT_EQ(json::value(messages), vector.expect.at("messages"));
    if (after != nullptr) {
        for (const auto& [number, expected] : after->as_object()) {
            EXPECT_EQ(flows[std::string(number)], expected.as_string());
        }
    } else if (once != nullptr) {
        EXPECT_EQ(flows["1"], once->as_string());
    }
}

}  // namespace

const std::map<std::string, Check>& framing_checks() {
    static const std::map<std::string, Check> all{
        {"rx_fc", &check_receiver},
        {"rx_fd", &check_receiver},
        {"can_frame", &check_frames},
        {"can_multi_ecu", &check_frames},
        {"can_multi_frame", &check_frames},
        {"mixed", &check_frames},
        {"legacy_frame", &check_legacy_frame},
        {"legacy_multi_ecu", &check_frames},
        {"legacy_multi_line", &check_frames},
        {"multi_frame", &check_multi_frame},
        {"multi_pid", &check_multi_pid},
        {"nrc", &check_negative},
        {"error", &check_error_text},
        {"atdpn", &check_protocol_number},
        {"atrv", &check_volts},
        {"prefixed_response", &check_prefixed},
        {"echo", &check_echo},
        {"rx", &check_isotp},
    };
    return all;
}

}  // namespace obd::vectors
