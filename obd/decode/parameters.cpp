#include "obd/decode/parameters.hpp"

#include "obd/decode/signals.hpp"
#include "obd/decode/table.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace obd {
namespace {

namespace json = boost::json;

std::map<std::uint8_t, ParameterRow> read_table() {
    std::map<std::uint8_t, ParameterRow> rows;
    const auto table = read_data("pids.json");
    for (const auto& item : table.at("rows").as_array()) {
        const auto& object = item.as_object();
        ParameterRow row;
        row.pid = table_id(object, "pid");
        row.bytes = object.at("bytes").to_number<std::size_t>();
        row.id = table_text(object, "id");
        row.unit = table_text(object, "unit");
        row.name_en = table_text(object, "en");
        row.name_es = table_text(object, "es");
        row.clause = table_text(object, "clause");
        row.mul = table_number(object, "mul", 1);
        row.div = table_number(object, "div", 1);
        row.add = table_number(object, "add", 0);
        row.is_signed = object.contains("signed");
        rows.emplace(row.pid, std::move(row));
    }
    return rows;
}

}  // namespace

const ParameterRow* parameter_row(std::uint8_t pid) {
    static const auto rows = read_table();
    const auto row = rows.find(pid);
    return row == rows.end() ? nullptr : &row->second;
}

std::vector<std::size_t> parameter_lengths(std::uint8_t pid) {
    if (pid % 0x20 == 0 || pid == 0x01 || pid == 0x41) {
        return {4};
    }
    if (pid == 0x1C || pid == 0x51) {
        return {1};
    }
    if (pid == 0x02) {
        return {2};
    }
    if (const auto* row = parameter_row(pid)) {
        return {row->bytes};
    }
    const auto* several = signals_row(pid);
    return several == nullptr ? std::vector<std::size_t>() : several->bytes;
}

std::optional<std::size_t> parameter_bytes(std::uint8_t pid) {
    const auto lengths = parameter_lengths(pid);
    return lengths.size() == 1 ? std::optional(lengths.front()) : std::nullopt;
}

namespace {

/// Tries every length of every PID in turn.
struct Splitter {
    protocols::ByteView asked;
    std::vector<ParameterPart> parts;
    std::vector<ParameterPart> found;
    int ways = 0;

    void take(protocols::ByteView rest) {
        if (rest.empty()) {
            found = parts;
            ++ways;
            return;
        }
        const auto pid = rest[0];
        const bool unasked = !asked.empty() && std::ranges::find(asked, pid) == asked.end();
        if (unasked || std::ranges::find(parts, pid, &ParameterPart::pid) != parts.end()) {
            return;
        }
        for (const auto length : parameter_lengths(pid)) {
            const auto used = 1 + length;
            if (used <= rest.size()) {
                parts.push_back({pid, rest.subspan(1, length)});
                take(rest.subspan(used));
                parts.pop_back();
            }
        }
    }
};

}  // namespace

protocols::Result<std::vector<ParameterPart>> split_parameters(
    protocols::ByteView data, protocols::ByteView asked
) {
    Splitter splitter;
    splitter.asked = asked;
    splitter.take(data);
    if (splitter.ways != 1 || splitter.found.empty()) {
        return protocols::Failure{
            protocols::Fault::malformed,
            std::string(
                splitter.ways > 1 ? "fits in more than one way: " : "does not fit any PIDs: "
            ) + protocols::to_hex(data)};
    }
    return std::move(splitter.found);
}

protocols::Result<Quantity> read_parameter(const ParameterRow& row, protocols::ByteView data) {
    if (data.size() != row.bytes) {
        return protocols::Failure{
            protocols::Fault::malformed, row.id + " has " + std::to_string(row.bytes) +
                                             " bytes, got " + std::to_string(data.size())};
    }
    const auto counts = protocols::big_endian(data);
    auto value = static_cast<double>(counts);
    if (row.is_signed && (data[0] & 0x80) != 0) {
        value -= static_cast<double>(std::uint64_t{1} << 8 * data.size());
    }
    return Quantity{value * row.mul / row.div + row.add, row.unit};
}

std::string_view obd_requirement(std::uint8_t value) {
    // SAE J1979-DA, PID $1C.
    static constexpr auto names = std::to_array<std::string_view>(
        {"",
         "OBD II (CARB)",
         "OBD (EPA)",
         "OBD and OBD II",
         "OBD I",
         "not OBD compliant",
         "EOBD",
         "EOBD and OBD II",
         "EOBD and OBD",
         "EOBD, OBD and OBD II",
         "JOBD",
         "JOBD and OBD II",
         "JOBD and EOBD",
         "JOBD, EOBD and OBD II",
         "Euro IV B1",
         "Euro V B2",
         "Euro EEV",
         "EMD",
         "EMD+",
         "HD OBD-C",
         "HD OBD",
         "WWH OBD",
         "",
         "HD EOBD-I",
         "HD EOBD-I N",
         "HD EOBD-II",
         "HD EOBD-II N",
         "HD ZEV",
         "OBDBr-1",
         "OBDBr-2",
         "KOBD",
         "IOBD I",
         "IOBD II",
         "HD EOBD-VI",
         "OBD, OBD II and HD OBD",
         "OBDBr-3",
         "MC EOBD-I",
         "MC EOBD-II",
         "MC COBD-I",
         "MC TOBD-I",
         "MC JOBD-I",
         "China 6 OBD",
         "OBDBr-P7",
         "China HD OBD VI",
         "BS VI OBD I",
         "BS VI OBD II",
         "BS VI HD OBD",
         "OBDBr-P8",
         "HD JOBD-II",
         "HD KOBD-II",
         "China off-road IV",
         "LD ZEV ACC II",
         "MC JOBD-II",
         "MC OBD CARB",
         "MC OBD EPA",
         "MC OBD 50 states",
         "HD ZEV ZEP",
         "ZEV EPA",
         "ZEV EPA",
         "EPA HD OBD"}
    );
    return value < names.size() ? names[value] : std::string_view();
}

std::string_view fuel_type(std::uint8_t value) {
    // SAE J1979-DA, PID $51.
    static constexpr auto names = std::to_array<std::string_view>(
        {"",
         "gasoline",
         "methanol",
         "ethanol",
         "diesel",
         "LPG",
         "CNG",
         "propane",
         "electric",
         "bi-fuel gasoline",
         "bi-fuel methanol",
         "bi-fuel ethanol",
         "bi-fuel LPG",
         "bi-fuel CNG",
         "bi-fuel propane",
         "bi-fuel battery",
         "bi-fuel battery and engine",
         "hybrid gasoline",
         "hybrid ethanol",
         "hybrid diesel",
         "hybrid electric",
         "hybrid mixed",
         "hybrid regenerative",
         "bi-fuel diesel",
         "bi-fuel natural gas",
         "bi-fuel diesel",
         "natural gas",
         "dual fuel diesel and CNG",
         "dual fuel diesel and LNG",
         "fuel cell hydrogen",
         "hydrogen engine",
         "kerosene",
         "heavy fuel oil"}
    );
    return value < names.size() ? names[value] : std::string_view();
}

}  // namespace obd
