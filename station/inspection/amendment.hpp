#pragma once

#include "station/inspection/inspection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace station::inspection {

/// A record about an earlier one. The earlier one is never changed: what supersedes it is a record
/// of its own.
struct Amendment {
    enum class Kind {
        correction,  ///< What was stated was wrong: judged again from the stored reading.
        duplicate,   ///< The report or certificate is handed out again.
        extension,   ///< More time to come back after an inspection that was not passed.
        exemption,   ///< The programme's authority lets the vehicle off.
        referral,    ///< To another test method, e.g. dynamic, static, opacity.
    };
    Kind kind = Kind::correction;
    std::string id;  ///< UUID of the new record.
    std::uint64_t of_sequence = 0;
    std::string of_hash;  ///< Hex.
    std::string reason;   ///< Why, in the words of whoever decides it.
    std::string by;
    std::string at;      ///< UTC, ISO 8601.
    std::string until;   ///< extension, exemption: last day.
    std::string method;  ///< referral: dynamic, static, opacity or visual.
};
/// correction, duplicate, extension, exemption, referral.
[[nodiscard]] std::string_view id(Amendment::Kind kind);
[[nodiscard]] std::optional<Amendment::Kind> amendment_from_id(std::string_view id);

/// Why an amendment does not fit the record it is about; nullopt when it does. `superseded_by`: the
/// correction that record already has.
[[nodiscard]] std::optional<criteria::BothLanguages> wrong_amendment(
    const Amendment& amendment,
    const boost::json::value& of,
    std::optional<std::uint64_t> superseded_by
);

/// Body of the record. `judged`, corrections: the facts and judgement with what is stated now.
struct Rejudged {
    criteria::Stated stated;
    criteria::Facts facts;
    criteria::Judgement judgement;
};
[[nodiscard]] std::string amendment_body(
    const Amendment& amendment,
    const boost::json::value& of,
    const criteria::Profile* profile,
    const std::optional<Rejudged>& judged
);

}  // namespace station::inspection
