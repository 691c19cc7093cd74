#include "obd/snapshot/meaning_tongues.hpp"

#include "obd/decode/j1939.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning.hpp"
#include "obd/snapshot/pasted.hpp"

#include <boost/json/value_from.hpp>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

json::value optional_number(const auto& value) {
    return value ? json::value(*value) : json::value();
}

// ---- SAE J1939 ----------------------------------------------------------------------------------

template <class T>
void or_error(
    json::object& into, const Result<T>& read, const std::function<void(const T&)>& tell
) {
    if (read.has_error()) {
        into["error"] = read.error().detail;
    } else {
        tell(read.value());
    }
}

json::object lamps_json(const j1939::Lamps& lamps) {
    return {
        {"mil", j1939::id(lamps.mil)},
        {"red_stop", j1939::id(lamps.red_stop)},
        {"amber", j1939::id(lamps.amber)},
        {"protect", j1939::id(lamps.protect)}};
}

void readiness_json(json::object& into, const j1939::Readiness& read) {
    json::object monitors;
    for (const auto& [name, state] : read.monitors) {
        monitors[name] = state == j1939::State::unsupported ? "unsupported"
                         : state == j1939::State::complete  ? "complete"
                                                            : "incomplete";
    }
    into["monitors"] = std::move(monitors);
}

using Tell = std::function<void(json::object&, ByteView)>;

/// The first freeze frame: its cause and what is known of its values.
Tell frozen_json(Result<std::optional<j1939::Frozen>> (*read)(ByteView)) {
    return [read](json::object& into, ByteView data) {
        or_error<std::optional<j1939::Frozen>>(into, read(data), [&](const auto& frame) {
            into["cause"] = frame ? json::value(frame->cause.text()) : json::value();
            json::object values;
            for (const auto& [pid, value] : frame ? frame->values : decltype(frame->values)()) {
                values[parameter_row(pid)->id] = {
                    {"value", number_json(value.value)}, {"unit", value.unit}};
            }
            into["readings"] = std::move(values);
        });
    };
}

const std::map<std::string, Tell, std::less<>>& tellers() {
    static const std::map<std::string, Tell, std::less<>> by_kind{
        {"codes",
         [](json::object& into, ByteView data) {
             or_error<j1939::Codes>(into, j1939::read_codes(data), [&](const auto& read) {
                 into["lamps"] = lamps_json(read.lamps);
                 json::array codes;
                 for (const auto& code : read.codes) {
                     json::object one{
                         {"spn", code.spn},
                         {"fmi", code.fmi},
                         {"occurrences", optional_number(code.occurrences)},
                         {"text", code.text()}};
                     if (code.older_method) {
                         one["spn_by_method"] = {
                             {"1", j1939::spn_by_method(code.raw, 1)},
                             {"2", j1939::spn_by_method(code.raw, 2)},
                             {"3", j1939::spn_by_method(code.raw, 3)}};
                     }
                     codes.emplace_back(std::move(one));
                 }
                 into["codes"] = std::move(codes);
             });
         }},
        {"readiness",
         [](json::object& into, ByteView data) {
             or_error<j1939::Readiness>(into, j1939::read_dm5(data), [&](const auto& read) {
                 into["active_codes"] = optional_number(read.active);
                 into["previously_active_codes"] = optional_number(read.previously_active);
                 into["compliance"] = optional_number(read.compliance);
                 into["hd_obd"] = read.compliance && j1939::is_hd_obd(*read.compliance);
                 readiness_json(into, read);
             });
         }},
        {"trip",
         [](json::object& into, ByteView data) {
             or_error<j1939::Readiness>(into, j1939::read_dm26(data), [&](const auto& read) {
                 into["seconds_since_start"] = optional_number(read.seconds_since_start);
                 into["warmups_since_clear"] = optional_number(read.warmups_since_clear);
                 readiness_json(into, read);
             });
         }},
        {"since",
         [](json::object& into, ByteView data) {
             or_error<j1939::Since>(into, j1939::read_dm21(data), [&](const auto& read) {
                 into["km_with_mil"] = optional_number(read.km_with_mil);
                 into["km_since_clear"] = optional_number(read.km_since_clear);
                 into["minutes_with_mil"] = optional_number(read.minutes_with_mil);
                 into["minutes_since_clear"] = optional_number(read.minutes_since_clear);
             });
         }},
        {"calibrations",
         [](json::object& into, ByteView data) {
             or_error<std::vector<j1939::Calibration>>(
                 into, j1939::read_dm19(data),
                 [&](const auto& read) {
                     json::array all;
                     for (const auto& one : read) {
                         all.push_back({{"cvn", one.cvn}, {"calid", one.calid}});
                     }
                     into["calibrations"] = std::move(all);
                 }
             );
         }},
        {"ratios",
         [](json::object& into, ByteView data) {
             or_error<j1939::Ratios>(into, j1939::read_dm20(data), [&](const auto& read) {
                 into["ignition_cycles"] = read.ignition_cycles;
                 into["obd_conditions"] = read.obd_conditions;
                 json::array all;
                 for (const auto& one : read.ratios) {
                     all.push_back(
                         {{"spn", one.spn},
                          {"numerator", one.numerator},
                          {"denominator", one.denominator}}
                     );
                 }
                 into["ratios"] = std::move(all);
             });
         }},
        {"supported",
         [](json::object& into, ByteView data) {
             or_error<std::vector<j1939::Supported>>(
                 into, j1939::read_dm24(data),
                 [&](const auto& read) {
                     json::array all;
                     for (const auto& one : read) {
                         all.push_back(
                             {{"spn", one.spn},
                              {"freeze_frame", one.freeze_frame},
                              {"data_stream", one.data_stream},
                              {"test_results", one.test_results},
                              {"bytes", one.bytes}}
                         );
                     }
                     into["supported"] = std::move(all);
                 }
             );
         }},
        {"frame", frozen_json(&j1939::read_dm4)},
        {"expanded_frame", frozen_json(&j1939::read_dm25)},
        {"counts",
         [](json::object& into, ByteView data) {
             or_error<j1939::Counts>(into, j1939::read_dm29(data), [&](const auto& read) {
                 into["emission_pending"] = optional_number(read.emission_pending);
                 into["all_pending"] = optional_number(read.all_pending);
                 into["mil_on"] = optional_number(read.mil_on);
                 into["previously_mil_on"] = optional_number(read.previously_mil_on);
                 into["permanent"] = optional_number(read.permanent);
             });
         }},
        {"tests",
         [](json::object& into, ByteView data) {
             or_error<std::vector<j1939::TestResult>>(
                 into, j1939::read_dm30(data),
                 [&](const auto& read) {
                     json::array all;
                     for (const auto& one : read) {
                         json::object said{{"test", one.test},     {"spn", one.spn},
                                           {"fmi", one.fmi},       {"slot", one.slot},
                                           {"raw", one.raw},       {"highest", one.highest},
                                           {"lowest", one.lowest}, {"value", nullptr}};
                         if (one.value) {
                             said["value"] = number_json(one.value->value);
                             said["unit"] = one.value->unit;
                         }
                         all.emplace_back(std::move(said));
                     }
                     into["results"] = std::move(all);
                 }
             );
         }},
        {"family",
         [](json::object& into, ByteView data) {
             or_error<j1939::Family>(into, j1939::read_dm56(data), [&](const auto& read) {
                 into[read.vehicle ? "vehicle_year" : "engine_year"] = read.year;
                 into["family"] = read.family;
             });
         }},
        {"vin",
         [](json::object& into, ByteView data) {
             or_error<std::string>(into, j1939::read_vin(data), [&](const auto& read) {
                 into["vin"] = read;
             });
         }},
        {"fields",
         [](json::object& into, ByteView data) {
             or_error<std::vector<std::string>>(
                 into, j1939::read_fields(data, false),
                 [&](const auto& read) { into["fields"] = json::value_from(read); }
             );
         }},
        {"counted_fields",
         [](json::object& into, ByteView data) {
             or_error<std::vector<std::string>>(
                 into, j1939::read_fields(data, true),
                 [&](const auto& read) { into["fields"] = json::value_from(read); }
             );
         }},
    };
    return by_kind;
}

json::object meaning_of_group(std::uint32_t group, ByteView data) {
    const auto* row = j1939::group_row(group);
    json::object said{
        {"group", row != nullptr ? json::value(row->id) : json::value()},
        {"raw", protocols::to_hex(data)}};
    if (row == nullptr) {
        said["note"] = "a parameter group without a meaning known to this program; see raw";
        return said;
    }
    said["en"] = row->name_en;
    said["es"] = row->name_es;
    said["clause"] = row->clause;
    if (const auto tell = tellers().find(row->kind); tell != tellers().end()) {
        tell->second(said, data);
    }
    if (row->kind == "values") {
        json::object values;
        for (const auto& one : j1939::read_values(group, data)) {
            if (!one.value) {
                values[one.id] = nullptr;
                continue;
            }
            values[one.id] = json::object{
                {"value", number_json(one.value->value)},
                {"unit", one.value->unit},
                {"spn", one.spn}};
        }
        said["values"] = std::move(values);
    }
    return said;
}

/// `FEEC`, `65260`, `DM5`, or a frame's identifier of eight digits.
std::optional<std::uint32_t> group_of(const std::string& word) {
    if (const auto* row = j1939::group_row(word)) {
        return row->pgn;
    }
    const auto number = [&](int base) -> std::optional<std::uint32_t> {
        std::uint32_t value = 0;
        const auto* end = word.data() + word.size();
        const auto [stop, error] = std::from_chars(word.data(), end, value, base);
        return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
    };
    constexpr std::size_t identifier_digits = 8;
    if (word.size() == identifier_digits) {
        const auto identifier = number(16);
        if (!identifier) {
            return std::nullopt;
        }
        const auto group = *identifier >> 8 & 0x3FFFF;
        constexpr std::uint32_t first_broadcast = 0xF000;
        return (group & 0xFF00) < first_broadcast ? group & 0x3FF00 : group;
    }
    constexpr std::uint32_t highest = 0x3FFFF;
    const auto decimal = word.size() >= 5 ? number(10) : std::nullopt;
    const auto group = decimal ? decimal : number(16);
    return group && *group <= highest ? group : std::nullopt;
}

}  // namespace

json::object group_meaning(ByteView message) {
    constexpr std::size_t group_bytes = 3;
    if (message.size() < group_bytes) {
        return {{"error", "no parameter group"}};
    }
    const auto group = static_cast<std::uint32_t>(message[0]) << 16 |
                       static_cast<std::uint32_t>(message[1]) << 8 | message[2];
    auto said = meaning_of_group(group, message.subspan(group_bytes));
    said.erase("raw");
    return said;
}

Result<json::value> j1939_meaning_of_text(const std::vector<std::string>& words) {
    std::string rest;
    for (std::size_t i = 1; i < words.size(); ++i) {
        rest += words[i];
    }
    const auto group = words.empty() ? std::nullopt : group_of(words.front());
    const auto data = protocols::from_hex(rest);
    if (!group || !data || data->empty()) {
        return Failure{
            Fault::malformed,
            "write the parameter group (FECE, 65230, DM5, or a frame's 18FECE00) and then its data "
            "in hex"};
    }
    json::object said{{"schema", "obd-station/decode-j1939/1"}, {"pgn", *group}};
    for (auto& [key, value] : meaning_of_group(*group, *data)) {
        said[key] = std::move(value);
    }
    return said;
}

}  // namespace obd
