#include "station/inspection/amendment.hpp"

#include "station/inspection/version.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace station::inspection {
namespace {

namespace json = boost::json;
using Kind = Amendment::Kind;

constexpr std::array<std::string_view, 5> kinds{
    "correction", "duplicate", "extension", "exemption", "referral"};
constexpr std::array<std::string_view, 4> methods{"dynamic", "static", "opacity", "visual"};

std::string text_of(const json::value& of, std::string_view key) {
    const auto* object = of.if_object();
    const auto* value = object == nullptr ? nullptr : object->if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

std::string verdict_of(const json::value& of) {
    const auto* object = of.if_object();
    const auto* judgement = object == nullptr ? nullptr : object->if_contains("judgement");
    return judgement == nullptr ? std::string() : text_of(*judgement, "verdict");
}

}  // namespace

std::string_view id(Kind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

std::optional<Kind> amendment_from_id(std::string_view id) {
    const auto found = std::ranges::find(kinds, id);
    return found == kinds.end() ? std::nullopt
                                : std::optional(static_cast<Kind>(found - kinds.begin()));
}

std::optional<criteria::BothLanguages> wrong_amendment(
    const Amendment& amendment, const json::value& of, std::optional<std::uint64_t> superseded_by
) {
    using Both = criteria::BothLanguages;
    if (amendment.reason.empty()) {
        return Both{
            "Falta el motivo: escríbelo con --reason.", "A reason is needed: --reason TEXT."};
    }
    if (superseded_by) {
        const auto number = std::to_string(*superseded_by);
        return Both{
            "Ese registro ya fue corregido por el " + number + "; usa ese número.",
            "That record was corrected by record " + number + "; name that one."};
    }
    const auto type = text_of(of, "type");
    const auto verdict = verdict_of(of);
    const bool judged =
        !verdict.empty() && (type == "inspection" || type == "correction" || type == "referral");
    const bool dated = amendment.kind == Kind::extension || amendment.kind == Kind::exemption;
    if (dated && !criteria::is_date(amendment.until)) {
        return Both{
            "Falta el último día: escríbelo con --until AAAA-MM-DD.",
            "The last day is needed: --until YYYY-MM-DD."};
    }
    switch (amendment.kind) {
        case Kind::correction:
            if (type != "inspection" && type != "correction") {
                return Both{
                    "Solo se corrige una inspección con dictamen.",
                    "Only an inspection with a verdict can be corrected."};
            }
            break;
        case Kind::duplicate:
            if (!judged) {
                return Both{
                    "Ese registro no tiene informe que entregar otra vez.",
                    "That record has no report to hand out again."};
            }
            break;
        case Kind::extension:
            if (!judged || verdict == "PASS") {
                return Both{
                    "La prórroga es para una inspección no aprobada.",
                    "An extension is for an inspection that was not passed."};
            }
            break;
        case Kind::exemption:
            break;
        case Kind::referral:
            if (!judged || verdict == "PASS") {
                return Both{
                    "Solo se remite a otro método una inspección no aprobada.",
                    "Only an inspection that was not passed is referred to another method."};
            }
            if (std::ranges::find(methods, amendment.method) == methods.end()) {
                return Both{
                    "Falta el método: --method dynamic, static, opacity o visual.",
                    "The method is needed: --method dynamic, static, opacity or visual."};
            }
            break;
    }
    return std::nullopt;
}

std::string amendment_body(
    const Amendment& amendment,
    const json::value& of,
    const criteria::Profile* profile,
    const std::optional<Rejudged>& judged
) {
    json::object body{
        {"schema", "obd-station/record/1"},
        {"type", id(amendment.kind)},
        {"inspection", amendment.id},
        {"started", amendment.at},
        {"finished", amendment.at},
        {"technician", amendment.by},
        {"adapter", ""},
        {"software", software_version},
        {"vehicle", judged ? to_json(judged->stated) : of.at("vehicle")},
        {"of",
         {{"sequence", static_cast<std::int64_t>(amendment.of_sequence)},
          {"hash", amendment.of_hash},
          {"inspection", of.at("inspection")},
          {"verdict", verdict_of(of)}}},
        {"reason", amendment.reason},
        {"retention", profile == nullptr ? std::string("verification") : profile->retention},
    };
    for (const auto* key : {"erase_days", "certificate"}) {
        if (const auto* value = of.as_object().if_contains(key)) {
            body[key] = *value;
        }
    }
    if (!amendment.until.empty()) {
        body["until"] = amendment.until;
    }
    if (!amendment.method.empty()) {
        body["method"] = amendment.method;
    }
    if (const auto* named = of.as_object().if_contains("profile")) {
        body["profile"] = *named;
    }
    if (judged) {
        body["facts"] = criteria::to_json(judged->facts);
        body["judgement"] = criteria::to_json(judged->judgement, *profile);
    }
    return json::serialize(body);
}

}  // namespace station::inspection
