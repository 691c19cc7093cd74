#pragma once

#include "obd/snapshot/snapshot.hpp"
#include "protocols/transcript/transcript.hpp"
#include "station/criteria/from_snapshot.hpp"
#include "station/criteria/judge.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace station::inspection {

/// What the adapter's last qualification said.
struct Qualified {
    std::string banner;
    std::string stn;
    std::string fitness;  ///< fit, reading_only or unfit.
    std::string at;       ///< UTC, ISO 8601.
};

/// What is known before the vehicle is touched.
struct Order {
    std::string id;  ///< UUID of the inspection.
    criteria::Stated stated;
    std::string technician;
    std::string profile_source;  ///< The profile's bytes.
    std::string variant;
    std::string adapter;  ///< Endpoint text.
    std::string started;  ///< UTC, ISO 8601.
    std::optional<Qualified> qualified;
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

/// Body of the record that closes an inspection found begun and never finished.
[[nodiscard]] std::string interrupted_body(std::string_view id, std::string_view draft);
/// What begin() stores: the order without its profile text.
[[nodiscard]] std::string draft_of(const Order& order);

/// Repeats the reading from the transcript's last conversation. Faults: as Reading, and
/// replay_diverged.
[[nodiscard]] protocols::Result<obd::Snapshot> replay(
    const protocols::transcript::Transcript& transcript, int connect_attempts
);

/// Reads the vehicle part of a record body, for replays. Fault: malformed.
[[nodiscard]] protocols::Result<criteria::Stated> stated_from(const boost::json::value& body);
[[nodiscard]] boost::json::value to_json(const criteria::Stated& stated);

}  // namespace station::inspection
