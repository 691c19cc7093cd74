#include "obd/decode/test_results.hpp"

#include "obd/decode/table.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <map>

namespace obd {
namespace {

namespace json = boost::json;
using protocols::ByteView;
using protocols::Failure;
using protocols::Fault;

struct Tables {
    std::map<std::uint8_t, Scaling> scalings;
    std::map<std::uint8_t, MonitorName> monitors;
    std::map<std::uint8_t, OxygenTestRow> oxygen_tests;
};

Tables read_tables() {
    Tables tables;
    const auto document = read_data("test_results.json");
    for (const auto& item : document.at("scalings").as_array()) {
        const auto& row = item.as_object();
        tables.scalings[table_id(row, "uas")] = {
            table_text(row, "unit"), table_number(row, "mul", 1), table_number(row, "div", 1),
            table_number(row, "add", 0), row.contains("signed")};
    }
    for (const auto& item : document.at("monitors").as_array()) {
        const auto& row = item.as_object();
        tables.monitors[table_id(row, "mid")] = {table_text(row, "en"), table_text(row, "es")};
    }
    for (const auto& item : document.at("oxygen_tests").as_array()) {
        const auto& row = item.as_object();
        tables.oxygen_tests[table_id(row, "tid")] = {
            table_text(row, "en"), table_text(row, "es"), table_text(row, "unit"),
            row.at("div").to_number<double>()};
    }
    return tables;
}

const Tables& tables() {
    static const auto all = read_tables();
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
        result.ran = (result.counts | *result.lowest_counts | *result.highest_counts) != 0;
        result.passed =
            result.ran &&
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

const OxygenTestRow* oxygen_test(std::uint8_t tid) {
    return find(tables().oxygen_tests, tid);
}

protocols::Result<OxygenTest> read_oxygen_test(ByteView message) {
    constexpr std::size_t constant_bytes = 4;
    constexpr std::size_t tested_bytes = 6;
    if (message.size() != constant_bytes && message.size() != tested_bytes) {
        return Failure{
            Fault::malformed,
            "an oxygen sensor test has 4 or 6 bytes, got " + std::to_string(message.size())};
    }
    OxygenTest test{oxygen_test(message[1]), message[3], {}, {}};
    if (message.size() == tested_bytes) {
        test.lowest = message[4];
        test.highest = message[5];
    }
    return test;
}

}  // namespace obd
