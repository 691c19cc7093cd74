#include "station/criteria/tables.hpp"

#include "protocols/base/embedded.hpp"
#include "protocols/base/ensure.hpp"
#include "protocols/base/hex.hpp"
#include "station/criteria/reader.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cctype>

namespace station::criteria {

const std::vector<protocols::EmbeddedFile>& table_files();

namespace {

namespace json = boost::json;
using protocols::Result;

constexpr std::array<std::string_view, 4> kinds{"readiness", "software", "catalogue", "left_out"};

std::string upper(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return result;
}

void read_monitors(
    Reader& reader, const json::object& object, const std::string& pointer, Table::Row& row
) {
    row.monitors = reader.texts(object, "may_be_incomplete", pointer);
    for (std::size_t i = 0; i < row.monitors.size(); ++i) {
        if (find_fact("obd.monitors." + row.monitors[i]) == nullptr) {
            reader.complain(
                pointer + "/may_be_incomplete/" + std::to_string(i),
                "is no monitor; write a code such as EVAP",
                "no es un monitor; escribe un código como EVAP"
            );
        }
    }
}

/// What finds the bus, and says which PIDs there are, is always asked.
void read_requests(
    Reader& reader, const json::object& object, const std::string& pointer, Table::Row& row
) {
    row.requests = reader.texts(object, "requests", pointer);
    for (std::size_t i = 0; i < row.requests.size(); ++i) {
        const auto bytes = protocols::from_hex(row.requests[i]);
        const bool possible = bytes && (bytes->size() == 1 || bytes->size() == 2) &&
                              (*bytes)[0] >= 0x01 && (*bytes)[0] <= 0x0A &&
                              row.requests[i] != "01" && upper(row.requests[i]) == row.requests[i];
        if (!possible) {
            reader.complain(
                pointer + "/requests/" + std::to_string(i),
                "is no request; write a service and an identifier such as 0142, or a service such "
                "as 06",
                "no es una petición; escribe un servicio y un identificador como 0142, o un "
                "servicio como 06"
            );
        }
    }
}

void read_row(Reader& reader, const json::value& value, std::size_t number, Table& table) {
    constexpr int first_possible = 1900;
    constexpr int last_possible = 2100;
    const auto pointer = "/rows/" + std::to_string(number);
    const auto& object = reader.object(&value, pointer);
    reader.keys(
        object, pointer,
        {"make", "model", "years", "may_be_incomplete", "calid", "cvns", "requests", "source"}
    );
    Table::Row row;
    const auto make = upper(reader.text(object, "make", pointer));
    if (object.contains("model")) {
        row.model = upper(reader.text(object, "model", pointer));
    }
    const auto& years = reader.array(object.if_contains("years"), pointer + "/years");
    const auto year = [&](std::size_t i) {
        return i < years.size() && years[i].is_int64() ? years[i].get_int64() : 0;
    };
    if (years.size() != 2 || year(0) < first_possible || year(1) > last_possible ||
        year(0) > year(1)) {
        reader.complain(
            pointer + "/years", "must be the first and the last model year: write [2000, 2001]",
            "debe ser el primer y el último año-modelo: escribe [2000, 2001]"
        );
    }
    row.first_year = static_cast<int>(year(0));
    row.last_year = static_cast<int>(year(1));
    if (table.kind == Table::Kind::readiness) {
        read_monitors(reader, object, pointer, row);
    } else if (table.kind == Table::Kind::software) {
        row.calid = reader.text(object, "calid", pointer);
        row.cvns = reader.texts(object, "cvns", pointer);
    } else if (table.kind == Table::Kind::left_out) {
        read_requests(reader, object, pointer, row);
    }
    table.add(make, std::move(row));
}

Table read(Reader& reader, const json::value& document) {
    Table table;
    const auto& object = reader.object(&document, "");
    reader.keys(object, "", {"schema", "id", "edition", "kind", "note", "rows"});
    if (reader.text(object, "schema", "") != "obd-station/table/1") {
        reader.one_of("/schema", "obd-station/table/1");
    }
    table.id = reader.text(object, "id", "");
    table.edition = reader.text(object, "edition", "");
    const auto kind = std::ranges::find(kinds, reader.text(object, "kind", ""));
    if (kind == kinds.end()) {
        reader.one_of("/kind", Reader::joined(kinds));
        return table;
    }
    table.kind = static_cast<Table::Kind>(kind - kinds.begin());
    const auto& rows = reader.array(object.if_contains("rows"), "/rows");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        read_row(reader, rows[i], i, table);
    }
    return table;
}

}  // namespace

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (unsigned int i = 0; i < size; ++i) {
        hex += "0123456789abcdef"[digest[i] >> 4];
        hex += "0123456789abcdef"[digest[i] & 0x0F];
    }
    return hex;
}

void Table::add(std::string make, Row row) {
    rows_[std::move(make)].push_back(std::move(row));
}

std::vector<const Table::Row*> Table::of(const Facts& facts) const {
    const auto* make = std::get_if<std::string>(&facts.at("vehicle.make").value);
    const auto* model = std::get_if<std::string>(&facts.at("vehicle.model").value);
    const auto* year = std::get_if<double>(&facts.at("vehicle.model_year").value);
    std::vector<const Row*> found;
    if (make == nullptr || model == nullptr || year == nullptr) {
        return found;
    }
    const auto rows = rows_.find(upper(*make));
    if (rows == rows_.end()) {
        return found;
    }
    const auto wanted = upper(*model);
    for (const auto& row : rows->second) {
        if ((row.model.empty() || row.model == wanted) && *year >= row.first_year &&
            *year <= row.last_year) {
            found.push_back(&row);
        }
    }
    return found;
}

std::optional<std::vector<std::string>> Table::may_be_incomplete(const Facts& facts) const {
    const auto rows = of(facts);
    if (rows.empty()) {
        return std::nullopt;
    }
    std::vector<std::string> codes;
    for (const auto* row : rows) {
        codes.insert(codes.end(), row->monitors.begin(), row->monitors.end());
    }
    return codes;
}

std::vector<std::string> Table::left_out(const Facts& facts) const {
    std::vector<std::string> requests;
    for (const auto* row : of(facts)) {
        requests.insert(requests.end(), row->requests.begin(), row->requests.end());
    }
    return requests;
}

Value Table::compare_software(const Facts& facts) const {
    const auto* read = std::get_if<std::vector<std::string>>(&facts.at("obd.calibrations").value);
    const auto rows = of(facts);
    if (read == nullptr || read->empty() || rows.empty()) {
        return {};
    }
    bool all_listed = true;
    for (const auto& pair : *read) {
        const auto space = pair.rfind(' ');
        const auto calid = pair.substr(0, space);
        const auto cvn = space == pair.npos ? std::string() : pair.substr(space + 1);
        bool named = false;
        bool listed = false;
        for (const auto* row : rows) {
            if (row->calid == calid) {
                named = true;
                listed = listed || std::ranges::find(row->cvns, cvn) != row->cvns.end();
            }
        }
        if (named && !listed && !cvn.empty()) {
            return std::string("mismatch");
        }
        all_listed = all_listed && listed;
    }
    return all_listed ? Value(std::string("match")) : Value();
}

std::vector<Complaint> check_table(std::string_view text) {
    const auto parsed = parse_json(text);
    if (parsed.has_error()) {
        return {{"", 1, {parsed.error().detail, parsed.error().detail}}};
    }
    Reader reader(text);
    (void)read(reader, parsed.value());
    return reader.complaints();
}

Result<std::shared_ptr<const Table>> read_table(std::string_view text) {
    const auto parsed = parse_json(text);
    if (parsed.has_error()) {
        return parsed.error();
    }
    Reader reader(text);
    auto table = read(reader, parsed.value());
    if (!reader.complaints().empty()) {
        return to_failure(reader.complaints().front());
    }
    table.sha256 = sha256_hex(text);
    table.text = text;
    return std::make_shared<const Table>(std::move(table));
}

const Tables& built_in_tables() {
    static const auto all = [] {
        Tables tables;
        for (const auto& file : table_files()) {
            auto table = read_table(file.text);
            ENSURE(table.has_value());
            tables.emplace(table.value()->id, table.value());
        }
        return tables;
    }();
    return all;
}

}  // namespace station::criteria
