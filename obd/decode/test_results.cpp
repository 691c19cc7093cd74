#include "obd/decode/test_results.hpp"

#include "protocols/base/embedded.hpp"
#include "protocols/base/ensure.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <map>

namespace obd::data {
const std::vector<protocols::EmbeddedFile>& files();
}

namespace obd {
namespace {

namespace json = boost::json;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;

struct Tables {
    std::map<std::uint8_t, Scaling> scalings;
    std::map<std::uint8_t, MonitorName> monitors;
};

std::uint8_t id_of(const json::object& row, std::string_view key) {
    return protocols::from_hex(std::string(row.at(key).as_string())).value().at(0);
}

Tables read_tables(std::string_view text) {
    Tables tables;
    const auto document = json::parse(json::string_view(text.data(), text.size()));
    for (const auto& item : document.at("scalings").as_array()) {
        const auto& row = item.as_object();
        const auto number = [&](std::string_view key, double otherwise) {
            const auto* value = row.if_contains(key);
            return value == nullptr ? otherwise : value->to_number<double>();
        };
        tables.scalings[id_of(row, "uas")] = {
            std::string(row.at("unit").as_string()), number("mul", 1), number("div", 1),
            number("add", 0), row.contains("signed")};
    }
    for (const auto& item : document.at("monitors").as_array()) {
        const auto& row = item.as_object();
        tables.monitors[id_of(row, "mid")] = {
            std::string(row.at("en").as_string()), std::string(row.at("es").as_string())};
    }
    return tables;
}

const Tables& tables() {
    static const auto all = [] {
        const auto& files = data::files();
        const auto file =
            std::ranges::find(files, "test_results.json", &protocols::EmbeddedFile::name);
        ENSURE(file != files.end());
        return read_tables(file->text);
    }();
    return all;
}

template <class T>
const T* find(const std::map<std::uint8_t, T>& rows, std::uint8_t id) {
    const auto row = rows.find(id);
    return row == rows.end() ? nullptr : &row->second;
}

std::uint16_t word(ByteView bytes) {
    return static_cast<std::uint16_t>(protocols::big_endian(bytes.first(2)));
}

/// Identifiers from 80 on are signed, also those the table does not have (SAE J1979-DA).
bool within(std::uint8_t scaling_id, std::uint16_t low, std::uint16_t value, std::uint16_t high) {
    constexpr std::uint8_t first_signed = 0x80;
    if (scaling_id < first_signed) {
        return low <= value && value <= high;
    }
    const auto number = [](std::uint16_t counts) { return static_cast<std::int16_t>(counts); };
    return number(low) <= number(value) && number(value) <= number(high);
}

}  // namespace

double Scaling::value(std::uint16_t counts) const {
    const double number = is_signed ? static_cast<std::int16_t>(counts) : counts;
    return number * mul / div + add;
}

const Scaling* scaling(std::uint8_t id) {
    return find(tables().scalings, id);
}

const MonitorName* monitor_name(std::uint8_t mid) {
    return find(tables().monitors, mid);
}

protocols::Result<std::vector<TestResult>> read_test_results(ByteView message) {
    constexpr std::size_t record_bytes = 9;
    const auto records = message.empty() ? message : message.subspan(1);
    if (records.empty() || records.size() % record_bytes != 0) {
        return Failure{
            Fault::malformed, "test results come in records of 9 bytes, got " +
                                  std::to_string(records.size()) + " bytes"};
    }
    std::vector<TestResult> results;
    for (auto rest = records; !rest.empty(); rest = rest.subspan(record_bytes)) {
        TestResult result;
        result.monitor = rest[0];
        result.test = rest[1];
        result.scaling_id = rest[2];
        result.counts = word(rest.subspan(3));
        result.lowest_counts = word(rest.subspan(5));
        result.highest_counts = word(rest.subspan(7));
        result.passed =
            within(rest[2], *result.lowest_counts, result.counts, *result.highest_counts);
        results.push_back(result);
    }
    return results;
}

protocols::Result<TestResult> read_legacy_test_result(ByteView message) {
    constexpr std::size_t message_bytes = 7;
    constexpr std::uint8_t lowest_bit = 0x80;
    if (message.size() != message_bytes) {
        return Failure{
            Fault::malformed,
            "a legacy test result has 7 bytes, got " + std::to_string(message.size())};
    }
    TestResult result;
    result.test = message[1];
    result.component = static_cast<std::uint8_t>(message[2] & ~lowest_bit);
    result.counts = word(message.subspan(3));
    const auto limit = word(message.subspan(5));
    if ((message[2] & lowest_bit) != 0) {
        result.lowest_counts = limit;
        result.passed = result.counts >= limit;
    } else {
        result.highest_counts = limit;
        result.passed = result.counts <= limit;
    }
    return result;
}

}  // namespace obd
