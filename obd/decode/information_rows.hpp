#pragma once

#include "obd/decode/dtc.hpp"
#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace obd {

/// An infotype of service 09 (SAE J1979-DA), from the table `data/information.json`.
struct InformationRow {
    /// support: bitmap; count: of legacy messages; text, hex: items of `bytes` bytes; counters: 16
    /// bits each, as many as the unit sends; numbers: in the order of `fields`; raw: the layout is
    /// not established.
    enum class Kind { support, count, text, hex, counters, numbers, raw };
    struct Field {
        std::string id;
        std::string unit;
        std::string name_en;
        std::string name_es;
        std::size_t size = 2;  ///< Bytes, big endian.
        double mul = 1;
        double div = 1;
        double add = 0;
    };
    std::uint8_t infotype = 0;
    Kind kind = Kind::raw;
    std::size_t bytes = 0;
    std::string name_en;
    std::string name_es;
    std::string clause;
    std::string note_en;
    std::string note_es;
    std::vector<Field> fields;  ///< Of counters and numbers.
};
[[nodiscard]] std::string_view id(InformationRow::Kind kind);

/// nullptr when the table does not have the infotype.
[[nodiscard]] const InformationRow* information_row(std::uint8_t infotype);
/// All infotypes of the table, in order.
[[nodiscard]] std::vector<std::uint8_t> information_ids();

/// One item of an infotype as a unit sent it.
struct InformationItem {
    const InformationRow::Field* field = nullptr;  ///< Of counters and numbers the table names.
    std::string text;                              ///< Of text and hex items.
    std::optional<double> value;
};

/// Items of a text, hex, counters or numbers infotype from all messages of one control unit,
/// service byte first, in order. Fault: malformed when the bytes do not fit the row.
[[nodiscard]] protocols::Result<std::vector<InformationItem>> read_information(
    const InformationRow& row, std::span<const protocols::Bytes> messages, Framing framing
);

}  // namespace obd
