#include "obd/decode/signals.hpp"

#include "obd/decode/table.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace obd {
namespace {

namespace json = boost::json;

template <class T>
std::optional<T> maybe(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? std::nullopt : std::optional(value->to_number<T>());
}

SignalRow signal_from(const json::object& object) {
    SignalRow row;
    row.id = table_text(object, "id");
    row.unit = table_text(object, "unit");
    row.name_en = table_text(object, "en");
    row.name_es = table_text(object, "es");
    row.at = object.at("at").to_number<std::size_t>();
    row.size = object.at("size").to_number<std::size_t>();
    row.mul = table_number(object, "mul", 1);
    row.div = table_number(object, "div", 1);
    row.add = table_number(object, "add", 0);
    row.is_signed = object.contains("signed");
    row.bit = maybe<int>(object, "bit");
    row.bits = maybe<int>(object, "bits").value_or(1);
    row.gate = maybe<int>(object, "gate");
    row.absent = maybe<std::uint64_t>(object, "absent");
    if (const auto* words = object.if_contains("enum")) {
        for (const auto& item : words->as_object()) {
            const auto& both = item.value().as_object();
            row.words[std::stoull(std::string(item.key()))] = {
                table_text(both, "en"), table_text(both, "es")};
        }
    }
    return row;
}

std::map<std::uint8_t, SignalsRow> read_table() {
    std::map<std::uint8_t, SignalsRow> rows;
    const auto table = read_data("signals.json");
    for (const auto& item : table.at("rows").as_array()) {
        const auto& object = item.as_object();
        SignalsRow row;
        row.pid = table_id(object, "pid");
        for (const auto& bytes : object.at("bytes").as_array()) {
            row.bytes.push_back(bytes.to_number<std::size_t>());
        }
        row.name_en = table_text(object, "en");
        row.name_es = table_text(object, "es");
        row.clause = table_text(object, "clause");
        if (const auto* note = object.if_contains("note")) {
            row.note_en = table_text(note->as_object(), "en");
            row.note_es = table_text(note->as_object(), "es");
        }
        for (const auto& signal : object.at("signals").as_array()) {
            row.signals.push_back(signal_from(signal.as_object()));
        }
        rows.emplace(row.pid, std::move(row));
    }
    return rows;
}

const std::map<std::uint8_t, SignalsRow>& table() {
    static const auto rows = read_table();
    return rows;
}

double physical(const SignalRow& row, double counts) {
    return counts * row.mul / row.div + row.add;
}

double counts_max(const SignalRow& row) {
    const auto bits = static_cast<int>(8 * row.size) - (row.is_signed ? 1 : 0);
    return static_cast<double>((std::uint64_t{1} << (row.bit ? row.bits : bits)) - 1);
}

}  // namespace

double SignalRow::lowest() const {
    return physical(*this, is_signed ? -counts_max(*this) - 1 : 0);
}

double SignalRow::highest() const {
    return physical(*this, counts_max(*this));
}

const SignalsRow* signals_row(std::uint8_t pid) {
    const auto row = table().find(pid);
    return row == table().end() ? nullptr : &row->second;
}

std::vector<std::uint8_t> signal_pids() {
    std::vector<std::uint8_t> pids;
    for (const auto& [pid, row] : table()) {
        pids.push_back(pid);
    }
    return pids;
}

protocols::Result<std::vector<Signal>> read_signals(
    const SignalsRow& row, protocols::ByteView data
) {
    if (std::ranges::find(row.bytes, data.size()) == row.bytes.end()) {
        return protocols::Failure{
            protocols::Fault::malformed, "PID " + protocols::to_hex(row.pid) + " has " +
                                             std::to_string(row.bytes.back()) + " bytes, got " +
                                             std::to_string(data.size())};
    }
    std::vector<Signal> signals;
    for (const auto& one : row.signals) {
        if (one.at + one.size > data.size()) {
            continue;
        }
        Signal signal{&one, std::nullopt, {}, {}};
        auto counts = protocols::big_endian(data.subspan(one.at, one.size));
        if (one.bit) {
            counts = counts >> *one.bit & ((std::uint64_t{1} << one.bits) - 1);
        }
        const bool closed = one.gate && (data[0] >> *one.gate & 1) == 0;
        if (!closed && one.absent != counts) {
            auto value = static_cast<double>(counts);
            if (one.is_signed && counts >> (8 * one.size - 1) != 0) {
                value -= static_cast<double>(std::uint64_t{1} << 8 * one.size);
            }
            signal.value = physical(one, value);
            if (const auto words = one.words.find(counts); words != one.words.end()) {
                signal.meaning_en = words->second.en;
                signal.meaning_es = words->second.es;
            }
        }
        signals.push_back(signal);
    }
    return signals;
}

}  // namespace obd
