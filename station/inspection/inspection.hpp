#pragma once

#include "obd/snapshot/snapshot.hpp"
#include "protocols/transcript/transcript.hpp"
#include "station/criteria/from_snapshot.hpp"
#include "station/criteria/judge.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace station::inspection {

/// What the adapter's last qualification said.
struct Qualified {
    std::string banner;
    std::string stn;
    std::string fitness;  ///< fit, reading_only or unfit.
    std::string at;       ///< UTC, ISO 8601.
};

/// An earlier inspection of the same vehicle at this station.
struct Earlier {
    std::uint64_t sequence = 0;
    std::string started;  ///< UTC, ISO 8601.
    std::string verdict;
    int visit = 1;
    std::optional<criteria::Odometer> odometer{};
};

/// What this inspection is to an earlier one: `retest` of one that was not passed, or
/// `second_not_ready`.
struct Relation {
    std::string kind;
    std::uint64_t sequence = 0;
    std::string verdict;
};

/// When the inspection entered a phase.
struct Phase {
    std::string name;
    std::string at;  ///< UTC, ISO 8601.
};

/// A reading that did not lead to the verdict, kept as a record of its own.
struct KeptReading {
    std::uint64_t sequence = 0;
    std::string why;
};

/// The programme's signed bundle in force; its hash names every byte of criteria, tables and texts.
struct BundleName {
    std::string sha256;
    std::int64_t version = 0;
    bool expired = false;  ///< On the day of the inspection.
};

/// What is known before the vehicle is touched, and how the inspection went so far.
struct Order {
    std::string id;  ///< UUID of the inspection.
    criteria::Stated stated;
    std::string technician;
    std::string profile_source;  ///< The profile's bytes.
    std::string variant;
    std::string adapter;  ///< Endpoint text.
    std::string started;  ///< UTC, ISO 8601.
    std::optional<Qualified> qualified;
    std::optional<BundleName> bundle;  ///< None: criteria built into the program, or a file.
    std::optional<Relation> relation;
    std::vector<Phase> phases{};
    std::vector<KeptReading> readings{};
    std::vector<Phase> interruptions{};  ///< Power losses and restarts, by the phase they hit.
    std::vector<Phase> handovers{};      ///< Technicians before this one, and until when.
};

/// What came of reading the vehicle.
struct Outcome {
    std::optional<obd::Snapshot> snapshot;      ///< Complete readings only, or not connected.
    obd::Snapshot partial;                      ///< What had been read when it failed.
    std::optional<protocols::Failure> failure;  ///< Why the reading was aborted.
    protocols::transcript::Transcript transcript;
    std::string finished;  ///< UTC, ISO 8601.
};

/// A judged inspection. `body` is what is stored and signed.
struct Concluded {
    std::optional<criteria::Judgement> judgement;  ///< None when aborted.
    criteria::Facts facts;
    std::string body;
};

/// Judges and writes the record's body (schema `record.schema.json`). Pure. The profile must be the
/// one `order.profile_source` and `order.variant` name.
[[nodiscard]] Concluded conclude(
    const Order& order, const Outcome& outcome, const criteria::Profile& profile
);

/// Whether the programme judges running engines only.
[[nodiscard]] bool needs_engine(const criteria::Profile& profile);

/// Which readiness groups are monitors, as the programme has them.
[[nodiscard]] std::vector<obd::MonitorGroups> readiness_groups_of(const criteria::Profile& profile);

/// Body of the record of an inspection that ends without a reading: applicability alone decided
/// (`referral`), from what was stated.
[[nodiscard]] Concluded conclude_stated(const Order& order, const criteria::Profile& profile);

/// Who ended an inspection before its verdict was confirmed, and why.
struct Ending {
    std::string reason;  ///< technician, vehicle_left, reading_failed, power_lost, …
    std::string detail;
    std::string by;
    std::string second;  ///< Who agreed; empty where one is enough.
    std::string at;      ///< UTC, ISO 8601.
};
/// A body (of an order with nothing read, or of a reading that went before) as the `aborted` record
/// that closes it. What had been read and judged stays in it.
[[nodiscard]] std::string aborted_body(
    const Order& order, const criteria::Profile& profile, const std::string& body, const Ending& why
);
/// A judged body with the technician's confirmation and the order's last phases. `assertion`: JSON,
/// empty for none.
[[nodiscard]] std::string confirmed_body(
    const Order& order,
    const std::string& body,
    const std::string& by,
    const std::string& assertion,
    const std::string& at
);
/// A body as the record of a reading that did not lead to the verdict.
[[nodiscard]] std::string reading_body(const std::string& body, const std::string& why);
[[nodiscard]] std::string why_of_reading(const std::string& body);
/// Whether any control unit answered in the failed reading such a body tells of.
[[nodiscard]] bool some_unit_answered(const std::string& body);

/// Body of the record that closes an inspection whose draft cannot be understood.
[[nodiscard]] std::string interrupted_body(std::string_view id, std::string_view draft);

/// Repeats the reading from the transcript's last conversation. Faults: as Reading, and
/// replay_diverged.
[[nodiscard]] protocols::Result<obd::Snapshot> replay(
    const protocols::transcript::Transcript& transcript, int connect_attempts
);

/// Reads the vehicle part of a record body, for replays. Fault: malformed.
[[nodiscard]] protocols::Result<criteria::Stated> stated_from(const boost::json::value& body);
[[nodiscard]] boost::json::value to_json(const criteria::Stated& stated);

}  // namespace station::inspection
