// Every decoder by itself, on any bytes: a value or a Fault, never a crash; what is taken apart is
// all of it.
#include "obd/decode/dtc_text.hpp"
#include "obd/decode/information.hpp"
#include "obd/decode/information_rows.hpp"
#include "obd/decode/j1939.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/signals.hpp"
#include "obd/decode/test_results.hpp"
#include "obd/decode/uds_records.hpp"
#include "obd/decode/vin.hpp"
#include "protocols/base/ensure.hpp"
#include "tests/fuzz/target.hpp"

#include <array>

namespace {

using protocols::Bytes;
using protocols::ByteView;

obd::Framing framing_of(std::uint8_t byte) {
    return byte % 2 == 0 ? obd::Framing::can : obd::Framing::legacy;
}

std::vector<Bytes> cut(ByteView data, std::size_t size) {
    std::vector<Bytes> messages;
    for (; !data.empty(); data = data.subspan(std::min(size, data.size()))) {
        const auto part = data.first(std::min(size, data.size()));
        messages.emplace_back(part.begin(), part.end());
    }
    return messages;
}

void codes(std::uint8_t choice, ByteView data) {
    const auto read = obd::read_dtcs(cut(data, 7), framing_of(choice));
    if (read.has_value()) {
        for (const auto code : read.value()) {
            ENSURE(obd::Dtc::from_text(code.text()) == code);
            ENSURE(!obd::dtc_text(code).es.empty());
        }
    }
}

void parameter(std::uint8_t choice, ByteView data) {
    if (const auto* row = obd::parameter_row(choice)) {
        ENSURE(obd::read_parameter(*row, data).has_value() == (data.size() == row->bytes));
    }
    if (const auto* row = obd::signals_row(choice)) {
        const auto read = obd::read_signals(*row, data);
        for (const auto& signal : read.has_value() ? read.value() : std::vector<obd::Signal>()) {
            ENSURE(
                !signal.value ||
                (*signal.value >= signal.row->lowest() && *signal.value <= signal.row->highest())
            );
        }
    }
}

void several_parameters(std::uint8_t choice, ByteView data) {
    const auto asked = data.first(std::min<std::size_t>(choice % 7, data.size()));
    const auto read = obd::split_parameters(data.subspan(asked.size()), asked);
    if (read.has_value()) {
        std::size_t taken = 0;
        for (const auto& part : read.value()) {
            taken += 1 + part.data.size();
        }
        ENSURE(taken + asked.size() == data.size());
    }
}

/// Services 19 and 22: what is taken apart is all of it.
void uds(std::uint8_t choice, ByteView data) {
    const auto report = obd::read_dtc_report(data);
    if (report.has_value()) {
        for (const auto& code : report.value().codes) {
            ENSURE(code.number != 0 && !code.text().empty());
        }
    }
    const auto frames = obd::read_snapshot_report(data);
    if (frames.has_value()) {
        std::size_t taken = 6;
        for (const auto& record : frames.value().records) {
            taken += 2;
            for (const auto& part : record.parts) {
                taken += 2 + part.data.size();
            }
        }
        ENSURE(taken == data.size());
    }
    const auto extended = obd::read_extended_report(data);
    ENSURE(extended.has_error() || extended.value().records.size() + 6 == data.size());
    const std::array<std::uint16_t, 4> asked{0xF40C, 0xF40D, 0xF405, 0xF804};
    const auto some = std::span(asked).first(1U + choice % 4U);
    const auto parts = obd::split_identifiers(data, some);
    if (parts.has_value()) {
        std::size_t taken = 1;
        for (const auto& part : parts.value()) {
            taken += 2 + part.data.size();
        }
        ENSURE(taken == data.size());
    }
    for (const std::uint8_t service : std::array<std::uint8_t, 5>{0x01, 0x03, 0x06, 0x09, 0x0A}) {
        static_cast<void>(obd::as_classic(data, service));
    }
}

void j1939(std::uint8_t, ByteView data) {
    const auto codes = obd::j1939::read_codes(data);
    ENSURE(codes.has_error() || codes.value().codes.size() * 4 + 2 <= data.size());
    const auto ratios = obd::j1939::read_dm20(data);
    ENSURE(ratios.has_error() || ratios.value().ratios.size() * 7 + 4 == data.size());
    const auto software = obd::j1939::read_dm19(data);
    ENSURE(software.has_error() || software.value().size() * 20 == data.size());
    ENSURE(obd::j1939::read_dm5(data).has_value() == (data.size() == 8));
    ENSURE(obd::j1939::read_dm26(data).has_value() == (data.size() == 8));
    ENSURE(obd::j1939::read_dm21(data).has_value() == (data.size() == 8));
    static_cast<void>(obd::j1939::read_dm24(data));
    static_cast<void>(obd::j1939::read_dm29(data));
    static_cast<void>(obd::j1939::read_dm30(data));
    static_cast<void>(obd::j1939::read_dm56(data));
    static_cast<void>(obd::j1939::read_vin(data));
    static_cast<void>(obd::j1939::read_fields(data, true));
    static_cast<void>(obd::j1939::read_fields(data, false));
    for (const std::uint32_t group : {61444U, 65262U, 65263U, 65265U}) {
        ENSURE(!obd::j1939::read_values(group, data).empty());
    }
}

void monitors(std::uint8_t, ByteView data) {
    ENSURE(obd::read_monitor_status(data).has_value() == (data.size() == 4));
}

void tests(std::uint8_t, ByteView data) {
    static_cast<void>(obd::read_legacy_test_result(data));
    static_cast<void>(obd::read_oxygen_test(data));
    const auto read = obd::read_test_results(data);
    if (read.has_value()) {
        ENSURE(read.value().size() * 9 + 1 == data.size());
    }
}

void information(std::uint8_t choice, ByteView data) {
    const auto messages = cut(data, framing_of(choice) == obd::Framing::can ? 255 : 7);
    static_cast<void>(obd::read_vin(messages, framing_of(choice)));
    static_cast<void>(obd::read_calids(messages, framing_of(choice)));
    static_cast<void>(obd::read_cvns(messages, framing_of(choice)));
    static_cast<void>(obd::read_ecu_name(messages, framing_of(choice)));
    static_cast<void>(obd::read_performance(messages, framing_of(choice)));
    for (const auto infotype : obd::information_ids()) {
        static_cast<void>(
            obd::read_information(*obd::information_row(infotype), messages, framing_of(choice))
        );
    }
    static_cast<void>(obd::read_support(choice, data));
}

void vin(std::uint8_t, ByteView data) {
    const std::string text(data.begin(), data.end());
    static_cast<void>(obd::check_vin(text));
    static_cast<void>(obd::vin_origin(text));
    static_cast<void>(obd::Dtc::from_text(text));
}

constexpr std::array decoders{
    &codes, &parameter, &several_parameters, &monitors, &tests, &information, &vin, &uds, &j1939};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size >= 2) {
        decoders[data[0] % decoders.size()](data[1], ByteView(data + 2, size - 2));
    }
    return 0;
}

std::vector<std::string> seeds() {
    const auto bytes = [](std::string_view hex) {
        const auto raw = protocols::from_hex(hex).value();
        return std::string(raw.begin(), raw.end());
    };
    return {
        bytes("0000430204200301"),
        bytes("000143013301340135"),
        bytes("010C1AF8"),
        bytes("016603014002FF"),
        bytes("02030C0D050C1AF80D00057B"),
        bytes("020006800780"),
        bytes("03008307E504"),
        bytes("0400462124006400500078"),
        bytes("04004505013C0078"),
        bytes("0500490D014142433132333435363738393031323334"),
        bytes("0501490201000000314902024A4335344902033434345249020437323532490205333637"),
        bytes("0600314847435232463339444131313232333330"),
        bytes("06005030343230"),
        bytes("0700594233FFFF0402042000AF"),
        bytes("070262F40C0BB8F40D00F4057B"),
        bytes("07005904042000AF0002F40C1A2CF40D3CF001F4057B"),
        bytes("07005906042000AF910B921240"),
        bytes("070062F601010B0BB003E80FA0"),
        bytes("08004400610213050000"),
        bytes("0800A5A55A5AFFFFFFFFFEFFFF"),
    };
}
