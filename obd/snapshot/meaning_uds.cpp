#include "obd/snapshot/meaning_uds.hpp"

#include "obd/decode/uds.hpp"
#include "obd/decode/uds_records.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning.hpp"
#include "obd/snapshot/pasted.hpp"

#include <algorithm>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::size_t negative_bytes = 3;

std::string hex(std::uint8_t byte) {
    return protocols::to_hex(Bytes{byte});
}

void report_meaning(ByteView message, json::object& into) {
    const auto report = read_dtc_report(message);
    if (report.has_error()) {
        into["error"] = report.error().detail;
        return;
    }
    const auto& said = report.value();
    into["report"] = hex(said.kind);
    for (const auto& [name, byte] :
         {std::pair{"group", said.group},
          {"readiness_group", said.readiness_group},
          {"record", said.record},
          {"severity_available", said.severity_available}}) {
        if (byte) {
            into[name] = hex(*byte);
        }
    }
    into["status_available"] = hex(said.status_available);
    into["codes"] = whole_codes_json(said.codes);
}

/// One identifier, and what the same says in SAE J1979.
json::object identifier_json(const IdentifierPart& part) {
    Bytes one{0x62, static_cast<std::uint8_t>(part.id >> 8), static_cast<std::uint8_t>(part.id)};
    json::object said{
        {"id", protocols::to_hex(ByteView(one).subspan(1))}, {"raw", protocols::to_hex(part.data)}};
    one.insert(one.end(), part.data.begin(), part.data.end());
    const std::uint8_t service = one[1] == 0xF8 ? 0x09 : one[1] == 0xF6 ? 0x06 : 0x01;
    if (const auto classic = as_classic(one, service); classic.has_value()) {
        const std::vector<Bytes> messages{classic.value()};
        auto meaning_of_it = meaning(messages, Framing::can).as_object();
        meaning_of_it.erase("raw");
        said["as_classic"] = std::move(meaning_of_it);
    }
    return said;
}

void frames_meaning(ByteView message, json::object& into) {
    const auto report = read_snapshot_report(message);
    if (report.has_error()) {
        into["error"] = report.error().detail;
        return;
    }
    const auto& said = report.value();
    into["report"] = hex(message[1]);
    into["code"] = whole_code_text(said.code);
    into["status"] = hex(said.status);
    json::array frames;
    for (const auto& record : said.records) {
        json::array list;
        for (const auto& part : record.parts) {
            list.emplace_back(identifier_json(part));
        }
        frames.push_back({{"number", hex(record.number)}, {"identifiers", std::move(list)}});
    }
    into["frames"] = std::move(frames);
}

void extended_meaning(ByteView message, json::object& into) {
    const auto report = read_extended_report(message);
    if (report.has_error()) {
        into["error"] = report.error().detail;
        return;
    }
    into["report"] = hex(message[1]);
    into["code"] = whole_code_text(report.value().code);
    into["status"] = hex(report.value().status);
    into["records"] = protocols::to_hex(report.value().records);
}

/// Identifiers in the order they come, as far as their lengths are known.
void identifiers_meaning(ByteView message, json::object& into) {
    std::vector<std::uint16_t> ids;
    for (std::size_t at = 1; at + 2 < message.size();) {
        const auto id = static_cast<std::uint16_t>(message[at] << 8 | message[at + 1]);
        ids.push_back(id);
        const auto lengths = identifier_lengths(id);
        if (lengths.size() != 1) {
            break;
        }
        at += 2 + lengths.front();
    }
    const auto parts = split_identifiers(message, ids);
    if (parts.has_error()) {
        into["error"] = parts.error().detail;
        return;
    }
    const auto fits = [](const IdentifierPart& part) {
        const auto lengths = identifier_lengths(part.id);
        return lengths.empty() || std::ranges::find(lengths, part.data.size()) != lengths.end();
    };
    if (!std::ranges::all_of(parts.value(), fits)) {
        into["error"] = "the bytes do not fit the identifiers: " + protocols::to_hex(message);
        return;
    }
    json::array list;
    for (const auto& one : parts.value()) {
        list.emplace_back(identifier_json(one));
    }
    into["identifiers"] = std::move(list);
}

}  // namespace

json::object uds_meaning(ByteView message) {
    json::object said{
        {"raw", protocols::to_hex(message)}, {"service", hex(message.empty() ? 0 : message[0])}};
    if (message.size() == negative_bytes && message[0] == 0x7F) {
        said["negative"] = hex(message[2]);
    } else if (message.size() > 1 && message[0] == 0x59) {
        const auto kind = message[1];
        kind == report_frames     ? frames_meaning(message, said)
        : kind == report_extended ? extended_meaning(message, said)
                                  : report_meaning(message, said);
    } else if (!message.empty() && message[0] == 0x62) {
        identifiers_meaning(message, said);
    } else {
        said["error"] = "neither a report of codes (59) nor identifiers (62)";
    }
    return said;
}

Result<json::value> uds_meaning_of_text(const std::vector<std::string>& words) {
    const auto pasted = read_pasted(words, Framing::can);
    json::array list;
    for (const auto& message : pasted.frames.messages) {
        auto data = ByteView(message.data);
        // A unit that asked for time, and its answer behind that, lost their line end.
        while (data.size() > negative_bytes && data[0] == 0x7F && data[2] == 0x78) {
            data = data.subspan(negative_bytes);
        }
        auto one = uds_meaning(data);
        one["ecu"] = message.source.known() ? json::value(message.source.text()) : json::value();
        list.emplace_back(std::move(one));
    }
    if (list.empty()) {
        return Failure{Fault::malformed, "nothing here is an answer of SAE J1979-2"};
    }
    return json::object{{"schema", "obd-station/decode-uds/1"}, {"messages", std::move(list)}};
}

}  // namespace obd
