#include "obd/snapshot/meaning.hpp"

#include "obd/decode/information.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/snapshot/json.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/reply.hpp"

#include <boost/json/value_from.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
namespace elm327 = protocols::elm327;

std::string hex_of(std::uint8_t byte) {
    return protocols::to_hex({&byte, 1});
}

template <class T>
void put(json::object& into, std::string_view key, const Result<T>& result) {
    if (result.has_error()) {
        into["error"] = result.error().detail;
    } else {
        into[key] = json::value_from(result.value());
    }
}

std::optional<std::size_t> data_bytes_of(std::uint8_t pid) {
    if (pid % 0x20 == 0 || pid == 0x01 || pid == 0x41) {
        return 4;
    }
    if (pid == 0x1C || pid == 0x51) {
        return 1;
    }
    if (pid == 0x02) {
        return 2;
    }
    const auto* row = parameter_row(pid);
    return row == nullptr ? std::nullopt : std::optional(row->bytes);
}

json::object parameter(std::uint8_t pid, ByteView data) {
    json::object object{{"pid", hex_of(pid)}, {"raw", protocols::to_hex(data)}};
    if (pid % 0x20 == 0) {
        const auto ids = read_support(pid, data);
        if (ids.has_error()) {
            object["error"] = ids.error().detail;
            return object;
        }
        json::array supported;
        for (const auto id : ids.value()) {
            supported.emplace_back(hex_of(id));
        }
        object["supported"] = std::move(supported);
    } else if (pid == 0x01 || pid == 0x41) {
        const auto status = read_monitor_status(data);
        if (status.has_error()) {
            object["error"] = status.error().detail;
        } else {
            object["status"] = to_json(status.value());
        }
    } else if (pid == 0x02 && data.size() == 2) {
        const Dtc code(static_cast<std::uint16_t>(protocols::big_endian(data)));
        object["cause"] = code.number() == 0 ? json::value() : json::value(code.text());
    } else if ((pid == 0x1C || pid == 0x51) && data.size() == 1) {
        object["value"] = data[0];
        object["meaning"] = pid == 0x1C ? obd_requirement(data[0]) : fuel_type(data[0]);
    } else if (const auto* row = parameter_row(pid)) {
        const auto value = read_parameter(*row, data);
        if (value.has_error()) {
            object["error"] = value.error().detail;
        } else {
            object["id"] = row->id;
            object["value"] = std::round(value.value().value * 1e6) / 1e6;
            object["unit"] = value.value().unit;
            object["clause"] = row->clause;
        }
    } else {
        object["note"] = "no scaling is known to this program; see raw";
    }
    return object;
}

/// PIDs packed into one answer, each of its known length. `frame_bytes`: 1 for service 02.
void parameters(json::object& into, ByteView data, std::size_t frame_bytes) {
    json::array list;
    while (!data.empty()) {
        const auto pid = data[0];
        auto rest = data.subspan(1);
        if (rest.size() < frame_bytes) {
            into["error"] = "frame number missing";
            return;
        }
        const auto frame = frame_bytes == 0 ? std::uint8_t{0} : rest[0];
        rest = rest.subspan(frame_bytes);
        const auto known = data_bytes_of(pid);
        const auto size = list.empty() && !known ? rest.size() : known.value_or(0);
        if (!known && !list.empty()) {
            into["error"] = "PID " + hex_of(pid) + " has no known length";
            return;
        }
        // A last parameter with surplus bytes is malformed, not padded: the transport cut padding.
        const bool last = rest.size() <= size || (list.empty() && !data_bytes_of(rest[size]));
        auto one = parameter(pid, last ? rest : rest.first(size));
        if (frame_bytes != 0) {
            one["frame"] = frame;
        }
        if (one.contains("error")) {
            into["error"] = one["error"];
        }
        list.push_back(std::move(one));
        data = last ? ByteView() : rest.subspan(size);
    }
    into["parameters"] = std::move(list);
}

void codes(json::object& into, std::span<const Bytes> messages, Framing framing) {
    const auto list = read_dtcs(messages, framing);
    if (list.has_error()) {
        into["error"] = list.error().detail;
        return;
    }
    json::array texts;
    for (const auto code : list.value()) {
        texts.emplace_back(code.text());
    }
    into["codes"] = std::move(texts);
}

void information(json::object& into, std::span<const Bytes> messages, Framing framing) {
    const auto type = messages[0].size() > 1 ? messages[0][1] : std::uint8_t{0xFF};
    into["infotype"] = hex_of(type);
    switch (type) {
        case 0x00: {
            const std::size_t skip = framing == Framing::can ? 2 : 3;
            const auto data = ByteView(messages[0]).subspan(std::min(skip, messages[0].size()));
            const auto ids = read_support(0, data);
            if (ids.has_error()) {
                into["error"] = ids.error().detail;
                return;
            }
            json::array supported;
            for (const auto id : ids.value()) {
                supported.emplace_back(hex_of(id));
            }
            into["supported"] = std::move(supported);
            return;
        }
        case 0x02: {
            const auto vin = read_vin(messages, framing);
            put(into, "vin", vin);
            if (vin.has_value()) {
                const auto check = check_vin(vin.value());
                into["vin_well_formed"] = check.well_formed;
                into["check_digit_applies"] = check.check_digit_applies;
                into["check_digit_matches"] = check.check_digit_matches;
                if (check.model_year) {
                    into["model_year"] = *check.model_year;
                }
            }
            return;
        }
        case 0x04:
            return put(into, "calibration_ids", read_calids(messages, framing));
        case 0x06:
            return put(into, "calibration_verification_numbers", read_cvns(messages, framing));
        case 0x0A:
            return put(into, "name", read_ecu_name(messages, framing));
        case 0x08:
        case 0x0B:
            return put(into, "counters", read_performance(messages, framing));
        default:
            into["note"] = "infotype without a meaning known to this program; see raw";
    }
}

bool looks_like_can_line(std::string_view text) {
    return (text.size() > 4 && text.starts_with("7E") && text.size() % 2 == 1) ||
           (text.size() > 10 && text.starts_with("18DAF1"));
}

bool looks_like_legacy_line(std::string_view text) {
    return text.size() >= 12 && (text.starts_with("486B") || text.starts_with("416B") ||
                                 (text.substr(2, 2) == "F1" && text[0] >= '8'));
}

protocols::bus::Protocol legacy_bus(std::string_view text) {
    using protocols::bus::Protocol;
    if (text.substr(2, 2) == "F1") {
        return Protocol::kwp_fast;
    }
    // J1850 ends in a CRC, ISO 9141-2 in a sum; PWM differs from VPW in the first byte only.
    const auto bytes = protocols::from_hex(text);
    const bool crc = bytes && elm327::j1850_crc({bytes->data(), bytes->size() - 1}) == bytes->back();
    return crc ? Protocol::j1850_vpw : Protocol::iso9141;
}

std::vector<std::string> lines_of(const std::vector<std::string>& words) {
    const bool single_bytes =
        std::ranges::all_of(words, [](const std::string& word) { return word.size() <= 3; });
    std::string all;
    for (const auto& word : words) {
        all += word + (single_bytes ? " " : "\r");
    }
    return elm327::read_reply(all, "").lines;
}

}  // namespace

json::value meaning(std::span<const Bytes> messages, Framing framing) {
    json::array raw;
    for (const auto& message : messages) {
        raw.emplace_back(protocols::to_hex(message));
    }
    json::object object{{"raw", std::move(raw)}};
    if (messages.empty() || messages[0].empty()) {
        object["error"] = "no bytes";
        return object;
    }
    const auto& first = messages[0];
    if (first[0] == 0x7F) {
        if (first.size() != 3) {
            object["error"] = "a negative response has three bytes";
            return object;
        }
        object["service"] = hex_of(first[1]);
        object["negative"] = hex_of(first[2]);
        return object;
    }
    object["service"] = hex_of(static_cast<std::uint8_t>(first[0] - 0x40));
    switch (first[0]) {
        case 0x41:
        case 0x42:
            if (first.size() < 3) {
                object["error"] = "no data after the PID";
            } else {
                parameters(object, ByteView(first).subspan(1), first[0] == 0x42 ? 1 : 0);
            }
            break;
        case 0x43:
        case 0x47:
        case 0x4A:
            codes(object, messages, framing);
            break;
        case 0x49:
            information(object, messages, framing);
            break;
        default:
            object["note"] = "service without a meaning known to this program; see raw";
    }
    return object;
}

Result<json::value> meaning_of_text(const std::vector<std::string>& words, Framing framing) {
    const auto lines = lines_of(words);
    if (lines.empty()) {
        return Failure{Fault::malformed, "no hex bytes were given"};
    }
    const auto first = elm327::compact(lines.front());
    elm327::Frames frames;
    if (framing == Framing::can && looks_like_can_line(first)) {
        const bool extended = first.starts_with("18DA");
        frames = elm327::read_frames(
            lines,
            extended ? protocols::bus::Protocol::can29_500 : protocols::bus::Protocol::can11_500
        );
    } else if (framing == Framing::legacy && looks_like_legacy_line(first)) {
        frames = elm327::read_frames(lines, legacy_bus(first));
    } else {
        frames = elm327::read_headerless(lines);
    }
    if (frames.messages.empty()) {
        return Failure{
            Fault::malformed,
            frames.problems.empty() ? "no message in what was given" : frames.problems.front()};
    }
    std::vector<std::pair<protocols::bus::EcuAddress, std::vector<Bytes>>> units;
    for (const auto& message : frames.messages) {
        const auto found = std::ranges::find(units, message.source, [](const auto& unit) {
            return unit.first;
        });
        // Without headers, only legacy continues a message in the next line.
        const bool joins = found != units.end() &&
                           (message.source.known() ||
                            (framing == Framing::legacy && found->second[0][0] == message.data[0]));
        if (joins) {
            found->second.push_back(message.data);
        } else {
            units.push_back({message.source, {message.data}});
        }
    }
    json::array list;
    for (const auto& [source, messages] : units) {
        auto one = meaning(messages, framing);
        one.as_object()["ecu"] = source.known() ? json::value(source.text()) : json::value();
        list.push_back(std::move(one));
    }
    json::array problems;
    for (const auto& problem : frames.problems) {
        problems.emplace_back(problem);
    }
    return json::value{
        {"schema", "obd-station/decode/1"},
        {"messages", std::move(list)},
        {"problems", std::move(problems)}};
}

}  // namespace obd
