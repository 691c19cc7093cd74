#include "obd/decode/parameters.hpp"

#include "obd/decode/signals.hpp"
#include "protocols/base/embedded.hpp"
#include "protocols/base/ensure.hpp"

#include <boost/json/parse.hpp>

#include <array>
#include <map>
#include <vector>

namespace obd::data {
const std::vector<protocols::EmbeddedFile>& files();
}

namespace obd {
namespace {

namespace json = boost::json;

std::map<std::uint8_t, ParameterRow> read_table(std::string_view text) {
    std::map<std::uint8_t, ParameterRow> rows;
    const auto table = json::parse(json::string_view(text.data(), text.size()));
    const auto& list = table.as_object().at("rows").as_array();
    for (const auto& item : list) {
        const auto& object = item.as_object();
        const auto word = [&](const char* key) { return std::string(object.at(key).as_string()); };
        const auto number = [&](const char* key) { return object.at(key).to_number<double>(); };
        ParameterRow row;
        row.pid = protocols::from_hex(word("pid")).value().at(0);
        row.bytes = static_cast<std::size_t>(number("bytes"));
        row.id = word("id");
        row.unit = word("unit");
        row.name_en = word("en");
        row.name_es = word("es");
        row.clause = word("clause");
        row.mul = number("mul");
        row.div = number("div");
        row.add = number("add");
        row.is_signed = object.at("signed").as_bool();
        rows.emplace(row.pid, std::move(row));
    }
    return rows;
}

}  // namespace

const ParameterRow* parameter_row(std::uint8_t pid) {
    static const auto rows = [] {
        for (const auto& file : data::files()) {
            if (file.name == "pids.json") {
                return read_table(file.text);
            }
        }
        return std::map<std::uint8_t, ParameterRow>{};
    }();
    ENSURE(!rows.empty());
    const auto row = rows.find(pid);
    return row == rows.end() ? nullptr : &row->second;
}

std::optional<std::size_t> parameter_bytes(std::uint8_t pid) {
    if (pid % 0x20 == 0 || pid == 0x01 || pid == 0x41) {
        return 4;
    }
    if (pid == 0x1C || pid == 0x51) {
        return 1;
    }
    if (pid == 0x02) {
        return 2;
    }
    if (const auto* row = parameter_row(pid)) {
        return row->bytes;
    }
    // One of several lengths is no length that an answer could be taken apart by.
    const auto* several = signals_row(pid);
    return several == nullptr || several->bytes.size() != 1 ? std::nullopt
                                                            : std::optional(several->bytes[0]);
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
    static constexpr std::array<std::string_view, 60> names{
        "",
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
        "EPA HD OBD"};
    return value < names.size() ? names[value] : std::string_view();
}

std::string_view fuel_type(std::uint8_t value) {
    // SAE J1979-DA, PID $51.
    static constexpr std::array<std::string_view, 33> names{
        "",
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
        "heavy fuel oil"};
    return value < names.size() ? names[value] : std::string_view();
}

}  // namespace obd
