#include "protocols/simulator/vehicle_tongues.hpp"

#include <algorithm>
#include <charconv>

namespace protocols::simulator {

std::optional<std::uint16_t> code_from_text(std::string_view text) {
    constexpr std::string_view systems = "PCBU";
    const auto system = text.size() == 5 ? systems.find(text[0]) : systems.npos;
    const auto digits = from_hex(text.size() == 5 ? "0" + std::string(text.substr(1)) + "0" : "");
    if (system == systems.npos || !digits || digits->size() != 3 || ((*digits)[0] & 0x0F) > 3) {
        return std::nullopt;
    }
    const auto number = big_endian(*digits) >> 4;
    return static_cast<std::uint16_t>(system << 14 | number);
}

namespace {

std::uint16_t identifier(Reader& reader, std::string_view key, const std::string& place) {
    const auto parsed = from_hex(key);
    if (!parsed || parsed->size() != 2) {
        reader.complain(place, "must be named by four hex digits");
        return 0;
    }
    return static_cast<std::uint16_t>(big_endian(*parsed));
}

/// What is kept beside a code: freeze frames, extended data, its readiness group.
void read_kept(
    Reader& reader, const json::object& code, const std::string& place, WholeCode& whole
) {
    if (code.contains("readiness_group")) {
        whole.readiness_group = reader.id(reader.text(code, "readiness_group", place), place);
    }
    if (const auto* extended = code.if_contains("extended")) {
        for (const auto& record : reader.object(*extended, place)) {
            whole.extended[reader.id(record.key(), place)] = reader.bytes(record.value(), place);
        }
    }
    if (const auto* frames = code.if_contains("frames")) {
        for (const auto& frame : reader.object(*frames, place)) {
            auto& into = whole.frames[reader.id(frame.key(), place)];
            for (const auto& item : reader.object(frame.value(), place)) {
                into[identifier(reader, item.key(), place)] = reader.bytes(item.value(), place);
            }
        }
    }
}

}  // namespace

void read_tongues(Reader& reader, const json::object& object, const std::string& place, Ecu& ecu) {
    if (const auto* tongues = object.if_contains("tongues")) {
        const auto has = [&](std::string_view name) {
            return tongues->is_array() &&
                   std::ranges::find(
                       tongues->as_array(), json::value(json::string_view(name.data(), name.size()))
                   ) != tongues->as_array().end();
        };
        ecu.classic = has("j1979");
        ecu.uds = has("j1979-2");
        if (!ecu.classic && !ecu.uds) {
            reader.complain(place + "/tongues", "must be a list of j1979 and j1979-2");
        }
    }
    if (const auto* later = object.if_contains("later_parameters")) {
        const auto where = place + "/later_parameters";
        for (const auto& item : reader.object(*later, where)) {
            ecu.later_parameters[reader.id(item.key(), where)] = reader.bytes(item.value(), where);
        }
    }
    const auto* codes = object.if_contains("codes");
    for (const auto& item :
         codes != nullptr && codes->is_array() ? codes->as_array() : json::array()) {
        const auto where = place + "/codes";
        const auto& code = reader.object(item, where);
        reader.known_keys(
            code, where,
            {"code", "status", "severity", "permanent", "readiness_group", "extended", "frames"}
        );
        const auto text = reader.text(code, "code", where);
        constexpr std::size_t classic_letters = 5;
        const auto classic = code_from_text(std::string_view(text).substr(0, classic_letters));
        const auto type = from_hex(text.size() == 8 && text[5] == '-' ? text.substr(6) : "");
        const auto status = from_hex(reader.text(code, "status", where));
        const auto severity = from_hex(reader.text(code, "severity", where));
        if (!classic || !type || type->size() != 1 || !status || status->size() != 1 || !severity ||
            severity->size() != 1) {
            return reader.complain(
                where, "must be a code such as \"P0420-00\" with status and severity in hex"
            );
        }
        WholeCode whole;
        whole.number = static_cast<std::uint32_t>(*classic << 8 | (*type)[0]);
        whole.status = (*status)[0];
        whole.severity = (*severity)[0];
        whole.permanent = reader.truth(code, "permanent", false, where);
        read_kept(reader, code, where, whole);
        ecu.whole.push_back(whole);
        constexpr unsigned pending = 0x04;
        constexpr unsigned confirmed = 0x08;
        for (const auto& [to, bit] :
             {std::pair{&ecu.stored, whole.status & confirmed},
              {&ecu.pending, whole.status & pending},
              {&ecu.permanent, whole.permanent ? 1U : 0U}}) {
            if (bit != 0) {
                to->push_back(*classic);
            }
        }
    }
}

void read_groups(Reader& reader, const json::object& object, const std::string& place, Ecu& ecu) {
    const auto* groups = object.if_contains("groups");
    if (groups == nullptr) {
        return;
    }
    ecu.classic = false;
    const auto where = place + "/groups";
    for (const auto& item : reader.object(*groups, where)) {
        const std::string_view key = item.key();
        constexpr std::uint32_t highest = 0x3FFFF;
        std::uint32_t group = 0;
        const auto [stop, error] = std::from_chars(key.data(), key.data() + key.size(), group, 16);
        if (error != std::errc() || stop != key.data() + key.size() || group > highest) {
            return reader.complain(where, "must be named by a parameter group such as FECE");
        }
        const auto at = where + "/" + std::string(key);
        if (item.value().is_object()) {
            const auto text = reader.text(item.value().as_object(), "text", at);
            ecu.groups[group].assign(text.begin(), text.end());
        } else {
            ecu.groups[group] = reader.bytes(item.value(), at);
        }
    }
}

}  // namespace protocols::simulator
