#pragma once

#include "station/bundle/bundle.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <stdexcept>
#include <utility>

/// Of this leaf only: the pieces a bundle's text is made of.
namespace station::bundle {

inline constexpr std::string_view bundle_schema = "obd-station/bundle/1";
inline constexpr std::array<std::string_view, 4> role_ids{
    "root", "targets", "snapshot", "timestamp"};

/// Ends a check; the text is what the person reads.
struct Refusal : std::runtime_error {
    Refusal(std::string es_text, std::string en_text)
        : std::runtime_error(en_text), why{std::move(es_text), std::move(en_text)} {}
    criteria::BothLanguages why;
};
[[noreturn]] void refuse(std::string es, std::string en);
[[noreturn]] void malformed(std::string_view key);

struct Envelope {
    std::string payload;                                          ///< The bytes that are signed.
    std::vector<std::pair<std::string, std::string>> signatures;  ///< Key id and hex.
};
/// DSSE's pre-authentication encoding, hashed: no payload of one role passes for another's.
[[nodiscard]] seal::Hash to_sign(Role role, std::string_view payload);

// Each throws Refusal for what is not there or has another form.
[[nodiscard]] const boost::json::value& at(const boost::json::object& object, std::string_view key);
[[nodiscard]] const boost::json::object& object_at(
    const boost::json::object& object, std::string_view key
);
[[nodiscard]] std::string text_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] std::int64_t number_at(const boost::json::object& object, std::string_view key);
[[nodiscard]] boost::json::object parse_object(std::string_view text, std::string_view name);
[[nodiscard]] std::string decoded(const boost::json::value& value, std::string_view name);
[[nodiscard]] Envelope envelope_from(const boost::json::value& value, std::string_view name);
[[nodiscard]] boost::json::object payload_of(const Envelope& envelope, Role role);

[[nodiscard]] boost::json::object to_json(const Envelope& envelope);

/// What a root says of a role.
struct Keys {
    std::map<std::string, seal::PublicKey> keys;
    std::int64_t threshold = 1;
};
[[nodiscard]] Keys keys_of(const boost::json::object& root, Role role);

/// `profiles/`, `tables/` or `texts/` and a plain name ending in .json.
[[nodiscard]] bool good_path(std::string_view path);
/// The text itself when it is no moment such as 2027-01-31T00:00:00Z.
[[nodiscard]] std::optional<std::string> bad_day(const std::string& text);

}  // namespace station::bundle
