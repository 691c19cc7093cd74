#pragma once

#include "station/inspection/inspection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace station::inspection {

// ---- States. Each lives in states/NAME.cpp with what it answers to. ----------------------------

/// Which vehicle is it? Nothing about it is known yet.
struct Identifying {};
/// The programme's visual checklist and the connector.
struct Looking {};
/// Key on, engine off: does the lamp light?
struct KeyOn {};
/// The vehicle can be read. `body` is that of a reading that failed before, empty for none.
struct Ready {
    std::string body;
};
/// An adapter is reading. `keep`: the reading before this one, until it has its record.
struct Reading {
    std::string keep;
};
/// The programme needs the engine running and the speed read, at first or at the end, is zero.
/// `body` is the reading's, as it would be judged.
struct EngineOff {
    std::string body;
    bool stalled = false;  ///< It ran when the reading began.
};
/// There is a verdict; the technician confirms it.
struct Judged {
    std::string body;
    criteria::Verdict verdict = criteria::Verdict::invalid;
};
/// Confirmed, or ended without a verdict: on its way into the store.
struct Closing {
    std::string body;
};
/// It has its record. Nothing can follow.
struct Done {
    std::uint64_t sequence = 0;
};

using State =
    std::variant<Identifying, Looking, KeyOn, Ready, Reading, EngineOff, Judged, Closing, Done>;
/// identify, look, key_on, ready, reading, engine_off, judged, closing, done.
[[nodiscard]] std::string_view id(const State& state);

// ---- Events: what people, the adapter and the store say. ----------------------------------------

/// The vehicle's papers, and its earlier inspections here, the latest first.
struct Identify {
    criteria::Stated stated;
    std::vector<Earlier> earlier;
};
/// What was seen: checklist item to pass, fail or not_applicable; the connector: ok, missing,
/// intermediate_device, or empty when nobody looked.
struct Looked {
    std::map<std::string, std::string> visual;
    std::string connector;
};
/// nullopt: the lamp cannot be seen.
struct LampAtKeyOn {
    std::optional<bool> lit;
};
struct LampRunning {
    std::optional<bool> lit;
};
/// Start reading through this adapter.
struct Begin {
    std::string adapter;
    std::optional<Qualified> qualified;
};
/// The reading ended, whatever came of it.
struct ReadingEnded {
    Outcome outcome;
};
/// The vehicle cannot be connected at all: judge it as it is.
struct CannotConnect {};
/// Judge although the engine does not run.
struct GoOn {};
/// Read again after a verdict that decided nothing.
struct Again {};
struct Confirm {
    std::string technician;
    std::string assertion;  ///< JSON: what the person's own key signed; empty where nobody has one.
};
/// Another technician goes on.
struct TakeOver {
    std::string by;
};
/// technician, vehicle_left, adapter, engine, reading_failed, power_lost.
struct Abort {
    std::string reason;
    std::string detail;
    std::string by;
    std::string second;  ///< Who agreed, where the programme's people need two.
};
/// Whether a person chose so, rather than the program having to.
[[nodiscard]] inline bool chosen(const Abort& abort) {
    return abort.reason == "technician" || abort.reason == "vehicle_left";
}
/// The program begins again with a state it had saved.
struct Resumed {};
/// The store gave the record that was asked for this number.
struct Stored {
    std::uint64_t sequence = 0;
    bool closes = true;  ///< As the Store it answers said.
};

using Event = std::variant<
    Identify,
    Looked,
    LampAtKeyOn,
    LampRunning,
    Begin,
    ReadingEnded,
    CannotConnect,
    GoOn,
    Again,
    Confirm,
    TakeOver,
    Abort,
    Resumed,
    Stored>;

// ---- Actions: what the driver does next. --------------------------------------------------------

/// Read the vehicle with the order's adapter and the programme's attempts; answer ReadingEnded.
struct StartReading {};
/// Close the adapter; what comes of the reading is no longer wanted.
struct StopReading {};
/// Append this record, together with the transcript of the reading it belongs to; answer Stored.
/// `closes`: it is the inspection's last one.
struct Store {
    std::string body;
    bool closes = true;
};
/// The event does not fit, and why; nothing has changed.
struct Refuse {
    criteria::BothLanguages why;
};
using Action = std::variant<StartReading, StopReading, Store, Refuse>;

/// One inspection from the first scan to its record. A pure machine: any front end drives it by
/// events and carries out its actions; after every event that was not refused the front end keeps
/// saved(), and a program that begins again goes on from there. What has been answered is never
/// asked again.
class Workflow {
public:
    /// The profile must outlive the workflow and be the one the order names.
    Workflow(const criteria::Profile& profile, Order order, std::string_view now);

    /// Faults: malformed, when the text is not one of saved()'s.
    [[nodiscard]] static protocols::Result<Workflow> from_saved(
        const criteria::Profile& profile, std::string_view text, std::string profile_source
    );
    /// JSON; everything but the transcript of the last reading.
    [[nodiscard]] std::string saved() const;

    /// `now`: UTC, ISO 8601.
    [[nodiscard]] std::vector<Action> on(const Event& event, std::string_view now);

    [[nodiscard]] const State& state() const { return state_; }
    [[nodiscard]] const Order& order() const { return order_; }
    [[nodiscard]] const criteria::Profile& profile() const { return *profile_; }
    /// Whether a control unit of the vehicle has told anything yet.
    [[nodiscard]] bool was_read() const;
    /// Whether anything read from the vehicle may be shown.
    [[nodiscard]] bool values_shown() const;

private:
    Workflow(const criteria::Profile& profile, Order order, State state);

    const criteria::Profile* profile_;
    Order order_;
    State state_;
};

/// Which programme a saved() text is of: the SHA-256 of the profile's bytes, its variant, and the
/// SHA-256 of its reference tables. Fault: malformed.
struct SavedProgramme {
    std::string sha256;
    std::string variant;
    std::vector<std::string> tables;
};
[[nodiscard]] protocols::Result<SavedProgramme> programme_of_saved(std::string_view text);

}  // namespace station::inspection
