#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/base/result.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace obd {

/// One signal of a PID that has several, or a state with words (SAE J1979-DA), from the table
/// `data/signals.json`.
struct SignalRow {
    std::string id;  ///< Stable name, e.g. `o2_voltage_1`.
    std::string unit;
    std::string name_en;
    std::string name_es;
    std::size_t at = 0;    ///< First data byte, 0 for the one after the PID.
    std::size_t size = 0;  ///< Bytes, big endian.
    double mul = 1;
    double div = 1;
    double add = 0;
    bool is_signed = false;
    std::optional<int> bit;               ///< From this bit of the byte on, 0 the lowest …
    int bits = 1;                         ///< … so many.
    std::optional<int> gate;              ///< Bit of the first data byte that says it is there.
    std::optional<std::uint64_t> absent;  ///< Count that says it is not there.
    struct Words {
        std::string en;
        std::string es;
    };
    std::map<std::uint64_t, Words> words;  ///< Meaning of the counts; empty for quantities.

    /// Lowest and highest value the bytes can carry.
    [[nodiscard]] double lowest() const;
    [[nodiscard]] double highest() const;
};

/// A PID of that table. Without signals its scaling is not established and the note says why.
struct SignalsRow {
    std::uint8_t pid = 0;
    std::vector<std::size_t> bytes;  ///< Lengths an answer may have.
    std::string name_en;
    std::string name_es;
    std::string clause;
    std::string note_en;
    std::string note_es;
    std::vector<SignalRow> signals;
};

/// nullptr when the table does not have the PID.
[[nodiscard]] const SignalsRow* signals_row(std::uint8_t pid);
/// All PIDs of the table, in order.
[[nodiscard]] std::vector<std::uint8_t> signal_pids();

/// A signal as one answer carried it.
struct Signal {
    const SignalRow* row = nullptr;
    std::optional<double> value;  ///< None: the unit says that it does not have it.
    std::string_view meaning_en;  ///< Of a state; empty when reserved.
    std::string_view meaning_es;
};

/// The signals in a PID's data bytes; those whose bytes a shorter form leaves out are not in the
/// list. Fault: malformed when the byte count is none of the table's.
[[nodiscard]] protocols::Result<std::vector<Signal>> read_signals(
    const SignalsRow& row, protocols::ByteView data
);

}  // namespace obd
