#include "obd/snapshot/meaning.hpp"

#include "obd/decode/dtc_text.hpp"
#include "obd/decode/information.hpp"
#include "obd/decode/information_rows.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/signals.hpp"
#include "obd/decode/test_results.hpp"
#include "obd/decode/vin.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/pasted.hpp"

#include <boost/json/value_from.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::Bytes;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

std::string hex_of(std::uint8_t byte) {
    return protocols::to_hex(byte);
}

template <class T>
void put(json::object& into, std::string_view key, const Result<T>& result) {
    if (result.has_error()) {
        into["error"] = result.error().detail;
    } else {
        into[key] = json::value_from(result.value());
    }
}

/// What a support bitmap names, or why it names nothing.
void put_support(json::object& into, std::uint8_t base, ByteView data) {
    const auto ids = read_support(base, data);
    if (ids.has_error()) {
        into["error"] = ids.error().detail;
        return;
    }
    json::array supported;
    for (const auto id : ids.value()) {
        supported.emplace_back(hex_of(id));
    }
    into["supported"] = std::move(supported);
}

void signals(json::object& object, const SignalsRow& row, ByteView data) {
    const auto read = read_signals(row, data);
    object["clause"] = row.clause;
    if (!row.note_en.empty()) {
        object["note"] = row.note_en;
    }
    if (read.has_error()) {
        object["error"] = read.error().detail;
        return;
    }
    json::array list;
    for (const auto& signal : read.value()) {
        json::object one{{"id", signal.row->id}, {"value", nullptr}, {"unit", signal.row->unit}};
        if (signal.value) {
            one["value"] = number_json(*signal.value);
        }
        if (!signal.row->words.empty()) {
            one["meaning"] = signal.meaning_en;
        }
        list.push_back(std::move(one));
    }
    object["signals"] = std::move(list);
}

json::object parameter(std::uint8_t pid, ByteView data) {
    json::object object{{"pid", hex_of(pid)}, {"raw", protocols::to_hex(data)}};
    if (pid % 0x20 == 0) {
        put_support(object, pid, data);
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
            object["value"] = number_json(value.value().value);
            object["unit"] = value.value().unit;
            object["clause"] = row->clause;
        }
    } else if (const auto* several = signals_row(pid)) {
        signals(object, *several, data);
    } else {
        object["note"] = "no scaling is known to this program; see raw";
    }
    return object;
}

/// Bytes a pasted text may carry behind an answer: one repeated value that no PID begins with.
bool padding(ByteView bytes) {
    constexpr std::array<std::uint8_t, 5> fillers{0x00, 0xAA, 0x55, 0xFF, 0xCC};
    return std::ranges::find(fillers, bytes[0]) != fillers.end() &&
           std::ranges::all_of(bytes, [&](std::uint8_t byte) { return byte == bytes[0]; });
}

/// PIDs packed into one answer, each of its known length. `frame_bytes`: 1 for service 02.
void parameters(json::object& into, ByteView data, std::size_t frame_bytes) {
    json::array list;
    if (const auto parts = split_parameters(data); frame_bytes == 0 && parts.has_value()) {
        for (const auto& part : parts.value()) {
            list.push_back(parameter(part.pid, part.data));
        }
        data = {};
    }
    while (!data.empty()) {
        const auto pid = data[0];
        auto rest = data.subspan(1);
        if (rest.size() < frame_bytes) {
            into["error"] = "frame number missing";
            return;
        }
        const auto frame = frame_bytes == 0 ? std::uint8_t{0} : rest[0];
        rest = rest.subspan(frame_bytes);
        const auto known = parameter_bytes(pid);
        const auto size = list.empty() && !known ? rest.size() : known.value_or(0);
        if (!known && !list.empty()) {
            into["error"] = "PID " + hex_of(pid) + " has no known length";
            return;
        }
        auto surplus = rest.subspan(std::min(size, rest.size()));
        if (!surplus.empty() && padding(surplus)) {
            into["note"] = "padding behind the answer: " + protocols::to_hex(surplus);
            rest = rest.first(size);
            surplus = {};
        }
        const bool last = surplus.empty() || (list.empty() && !parameter_bytes(surplus[0]));
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
    json::array codes;
    json::object texts;
    for (const auto code : list.value()) {
        const auto said = dtc_text(code);
        codes.emplace_back(code.text());
        texts[code.text()] = {{"en", said.en}, {"es", said.es}, {"source", id(said.source)}};
    }
    into["codes"] = std::move(codes);
    into["texts"] = std::move(texts);
}

/// What the table says of an infotype that needs no code of its own.
void by_table(
    json::object& into, std::uint8_t type, std::span<const Bytes> messages, Framing framing
) {
    const auto* row = information_row(type);
    if (row == nullptr) {
        into["note"] = "infotype without a meaning known to this program; see raw";
        return;
    }
    into["name"] = row->name_en;
    into["clause"] = row->clause;
    if (!row->note_en.empty()) {
        into["note"] = row->note_en;
    }
    if (row->kind == InformationRow::Kind::count) {
        if (messages[0].size() > 2) {
            into["messages"] = messages[0][2];
        } else {
            into["error"] = "the number of messages is missing";
        }
        return;
    }
    const auto items = read_information(*row, messages, framing);
    if (items.has_error()) {
        into["error"] = items.error().detail;
        return;
    }
    json::array values;
    json::array names;
    for (const auto& item : items.value()) {
        values.push_back(item.value ? number_json(*item.value) : json::value(item.text));
        names.push_back(item.field != nullptr ? json::value(item.field->id) : json::value());
    }
    const bool counters = row->kind == InformationRow::Kind::counters;
    if (row->kind != InformationRow::Kind::raw) {
        into[counters ? "counters" : "items"] = std::move(values);
    }
    if (!row->fields.empty()) {
        into["names"] = std::move(names);
    }
}

void information(json::object& into, std::span<const Bytes> messages, Framing framing) {
    const auto type = messages[0].size() > 1 ? messages[0][1] : std::uint8_t{0xFF};
    into["infotype"] = hex_of(type);
    switch (type) {
        case 0x00: {
            const std::size_t skip = framing == Framing::can ? 2 : 3;
            const auto data = ByteView(messages[0]).subspan(std::min(skip, messages[0].size()));
            return put_support(into, 0, data);
        }
        case 0x02: {
            const auto vin = read_vin(messages, framing);
            put(into, "vin", vin);
            if (vin.has_value()) {
                for (auto& [key, value] : vin_json(vin.value())) {
                    into[key] = std::move(value);
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
        default:
            return by_table(into, type, messages, framing);
    }
}

json::object test_result(const TestResult& result) {
    json::object one{
        {"test", hex_of(result.test)},
        {"passed", result.ran ? json::value(result.passed) : json::value()}};
    if (result.component) {
        one["component"] = hex_of(*result.component);
    } else {
        one["monitor"] = hex_of(result.monitor);
        if (const auto* name = monitor_name(result.monitor)) {
            one["name"] = name->en;
        }
    }
    const auto* scale = result.scaling_id ? scaling(*result.scaling_id) : nullptr;
    const auto put_counts = [&](std::string_view key, std::optional<std::uint16_t> counts) {
        if (counts) {
            one[key] = scale != nullptr ? number_json(scale->value(*counts)) : json::value(*counts);
        }
    };
    put_counts("value", result.counts);
    put_counts("lowest", result.lowest_counts);
    put_counts("highest", result.highest_counts);
    one["unit"] = scale != nullptr ? scale->unit : "raw";
    if (result.scaling_id) {
        one["scaling"] = hex_of(*result.scaling_id);
    }
    return one;
}

void test_results(json::object& into, std::span<const Bytes> messages, Framing framing) {
    const bool can = framing == Framing::can;
    const ByteView first(messages[0]);
    // Which monitors or tests there are: like PIDs, on legacy buses behind a filler byte.
    const std::size_t before = can ? 2 : 3;
    constexpr std::size_t bitmap_bytes = 4;
    if (first.size() == before + bitmap_bytes && first[1] % 0x20 == 0 &&
        (can || first[2] == 0xFF)) {
        return put_support(into, first[1], first.subspan(before));
    }
    json::array list;
    for (const auto& message : messages) {
        if (can) {
            const auto results = read_test_results(message);
            if (results.has_error()) {
                into["error"] = results.error().detail;
                return;
            }
            for (const auto& result : results.value()) {
                list.push_back(test_result(result));
            }
            continue;
        }
        const auto result = read_legacy_test_result(message);
        if (result.has_error()) {
            into["error"] = result.error().detail;
            return;
        }
        list.push_back(test_result(result.value()));
    }
    into["results"] = std::move(list);
}

/// `45 TID sensor` and a bitmap, a constant, or value, lowest and highest (SAE J1979 6.5, legacy).
void oxygen_tests(json::object& into, const Bytes& message) {
    constexpr std::size_t before = 3;
    if (message.size() <= before) {
        into["error"] = "no data after test and sensor";
        return;
    }
    const auto test = message[1];
    const auto data = ByteView(message).subspan(before);
    into["test"] = hex_of(test);
    into["sensor"] = hex_of(message[2]);
    if (test % 0x20 == 0) {
        return put_support(into, test, data);
    }
    const auto result = read_oxygen_test(message);
    if (result.has_error()) {
        into["error"] = result.error().detail;
        return;
    }
    const auto& [row, counts, lowest, highest] = result.value();
    const auto number = [&, row = row](std::uint8_t count) {
        return row != nullptr ? number_json(row->value(count)) : json::value(count);
    };
    into["name"] = row != nullptr ? json::value(row->en) : json::value();
    into["unit"] = row != nullptr ? row->unit : "raw";
    into["value"] = number(counts);
    if (lowest) {
        into["lowest"] = number(*lowest);
        into["highest"] = number(*highest);
        into["passed"] = *lowest <= counts && counts <= *highest;
    }
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
        case 0x45:
            oxygen_tests(object, first);
            break;
        case 0x46:
            test_results(object, messages, framing);
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
    const auto [frames, remarks] = read_pasted(words, framing);
    if (frames.messages.empty()) {
        if (!remarks.empty()) {
            return Failure{
                Fault::malformed,
                "no message; the adapter said " + std::string(id(remarks.front()))};
        }
        return Failure{
            Fault::malformed,
            frames.problems.empty() ? "no hex bytes were given" : frames.problems.front()};
    }
    std::vector<std::pair<protocols::bus::EcuAddress, std::vector<Bytes>>> units;
    for (const auto& message : frames.messages) {
        // Only legacy buses spread one answer over several messages.
        const auto found = std::ranges::find_if(units, [&](const auto& unit) {
            const auto& first = unit.second[0];
            const bool same_item =
                first[0] != 0x49 ||
                std::ranges::equal(
                    ByteView(first).first(std::min<std::size_t>(2, first.size())),
                    ByteView(message.data).first(std::min<std::size_t>(2, message.data.size()))
                );
            return framing == Framing::legacy && unit.first == message.source &&
                   first[0] == message.data[0] && same_item;
        });
        if (found != units.end()) {
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
    json::array said;
    for (const auto remark : remarks) {
        said.emplace_back(id(remark));
    }
    json::array problems;
    for (const auto& problem : frames.problems) {
        problems.emplace_back(problem);
    }
    return json::value{
        {"schema", "obd-station/decode/1"},
        {"messages", std::move(list)},
        {"remarks", std::move(said)},
        {"problems", std::move(problems)}};
}

}  // namespace obd
