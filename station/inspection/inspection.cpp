#include "station/inspection/inspection.hpp"

#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
#include "station/inspection/identity.hpp"
#include "station/inspection/version.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace station::inspection {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::string_view record_schema = "obd-station/record/1";

json::value optional_truth(const std::optional<bool>& value) {
    return value ? json::value(*value) : json::value();
}

json::value profile_json(const criteria::Profile& profile) {
    json::object tables;
    for (const auto& table : profile.tables()) {
        tables[table->id] = table->sha256;
    }
    return {
        {"tables", std::move(tables)}, {"id", profile.id},
        {"edition", profile.edition},  {"variant", profile.variant},
        {"sha256", profile.sha256},    {"connect_attempts", profile.connect_attempts},
    };
}

json::array phases_json(const std::vector<Phase>& phases) {
    json::array all;
    for (const auto& phase : phases) {
        all.push_back(json::object{{"phase", phase.name}, {"at", phase.at}});
    }
    return all;
}

/// How the inspection went: everything about it that is not the vehicle's.
void write_course(json::object& body, const Order& order) {
    body["phases"] = phases_json(order.phases);
    body["interruptions"] = phases_json(order.interruptions);
    body["handovers"] = phases_json(order.handovers);
    json::array readings;
    for (const auto& reading : order.readings) {
        readings.push_back(json::object{
            {"sequence", static_cast<std::int64_t>(reading.sequence)}, {"why", reading.why}});
    }
    body["readings"] = std::move(readings);
}

/// What the certificate of this inspection shows and until when it holds.
json::value certificate_json(const Order& order, const criteria::Profile& profile) {
    return {
        {"vehicle", profile.certificate_hides_vehicle ? "hashed" : "plain"},
        {"valid_until", profile.certificate_days == 0
                            ? std::string()
                            : day_after(order.started, profile.certificate_days)}};
}

json::value erase_json(const criteria::Profile& profile) {
    return profile.erase_days ? json::value(*profile.erase_days) : json::value();
}

json::object heading(const Order& order, std::string_view type) {
    json::object body{
        {"schema", record_schema},
        {"type", type},
        {"inspection", order.id},
        {"started", order.started},
        {"technician", order.technician},
        {"adapter", order.adapter},
        {"software", software_version},
        {"vehicle", to_json(order.stated)},
        {"bundle", nullptr},
        {"relation", nullptr},
    };
    if (order.bundle) {
        body["bundle"] = {
            {"sha256", order.bundle->sha256},
            {"version", order.bundle->version},
            {"expired", order.bundle->expired}};
    }
    if (order.relation) {
        body["relation"] = {
            {"kind", order.relation->kind},
            {"sequence", static_cast<std::int64_t>(order.relation->sequence)},
            {"verdict", order.relation->verdict}};
    }
    write_course(body, order);
    return body;
}

json::object parsed(const std::string& body) {
    auto value = json::parse(body);
    return std::move(value.as_object());
}

/// Null also when another adapter answered than the one that was qualified at this place.
json::value qualification_json(const Order& order, const obd::Snapshot& snapshot) {
    const auto& qualified = order.qualified;
    if (!qualified || qualified->banner != snapshot.adapter.banner ||
        qualified->stn != snapshot.adapter.stn) {
        return nullptr;
    }
    return {{"fitness", qualified->fitness}, {"at", qualified->at}};
}

std::optional<bool> truth_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    if (value == nullptr || !value->is_bool()) {
        return std::nullopt;
    }
    return value->get_bool();
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

json::value to_json(const std::optional<criteria::Odometer>& odometer) {
    if (!odometer) {
        return nullptr;
    }
    return {{"value", odometer->value}, {"unit", odometer->unit}};
}

std::optional<criteria::Odometer> odometer_of(const json::object& object, std::string_view key) {
    const auto* given = object.if_contains(key);
    const auto* value =
        given != nullptr && given->is_object() ? given->get_object().if_contains("value") : nullptr;
    if (value == nullptr || !value->is_int64()) {
        return std::nullopt;
    }
    return criteria::Odometer{
        static_cast<int>(value->get_int64()), text_of(given->get_object(), "unit")};
}

}  // namespace

json::value to_json(const criteria::Stated& stated) {
    json::object vehicle{
        {"plate", stated.plate},
        {"vin", stated.vin},
        {"model_year", nullptr},
        {"fuel", stated.fuel},
        {"gvwr_kg", nullptr},
        {"obd_type", stated.obd_type},
        {"connector", stated.connector},
        {"lamp_at_key_on", optional_truth(stated.lamp_at_key_on)},
        {"lamp_running", optional_truth(stated.lamp_running)},
        {"visit", stated.visit},
        {"previous", stated.previous},
        {"make", stated.make},
        {"model", stated.model},
        {"category", stated.category},
        {"first_registered", stated.first_registered},
        {"plug_in", optional_truth(stated.plug_in)},
        {"owner_objects", optional_truth(stated.owner_objects)},
        {"date", stated.date},
        {"odometer", to_json(stated.odometer)},
        {"odometer_before", to_json(stated.odometer_before)},
    };
    json::object visual;
    for (const auto& [item, seen] : stated.visual) {
        visual[item] = seen;
    }
    vehicle["visual"] = std::move(visual);
    if (stated.model_year) {
        vehicle["model_year"] = *stated.model_year;
    }
    if (stated.gvwr_kg) {
        vehicle["gvwr_kg"] = *stated.gvwr_kg;
    }
    return vehicle;
}

Result<criteria::Stated> stated_from(const json::value& body) {
    const auto* object = body.if_object();
    const auto* vehicle = object == nullptr ? nullptr : object->if_contains("vehicle");
    if (vehicle == nullptr || !vehicle->is_object()) {
        return Failure{Fault::malformed, "the record has no \"vehicle\""};
    }
    const auto& from = vehicle->get_object();
    criteria::Stated stated;
    stated.plate = text_of(from, "plate");
    stated.vin = text_of(from, "vin");
    stated.fuel = text_of(from, "fuel");
    stated.obd_type = text_of(from, "obd_type");
    stated.connector = text_of(from, "connector");
    stated.previous = text_of(from, "previous");
    stated.lamp_at_key_on = truth_of(from, "lamp_at_key_on");
    stated.lamp_running = truth_of(from, "lamp_running");
    if (const auto* year = from.if_contains("model_year"); year != nullptr && year->is_int64()) {
        stated.model_year = static_cast<int>(year->get_int64());
    }
    if (const auto* weight = from.if_contains("gvwr_kg");
        weight != nullptr && weight->is_number()) {
        stated.gvwr_kg = weight->to_number<double>();
    }
    stated.make = text_of(from, "make");
    stated.model = text_of(from, "model");
    stated.category = text_of(from, "category");
    stated.first_registered = text_of(from, "first_registered");
    stated.date = text_of(from, "date");
    stated.plug_in = truth_of(from, "plug_in");
    stated.odometer = odometer_of(from, "odometer");
    stated.odometer_before = odometer_of(from, "odometer_before");
    stated.owner_objects = truth_of(from, "owner_objects");
    if (const auto* visual = from.if_contains("visual"); visual != nullptr && visual->is_object()) {
        for (const auto& item : visual->get_object()) {
            stated.visual[item.key()] = text_of(visual->get_object(), item.key());
        }
    }
    if (const auto* visit = from.if_contains("visit"); visit != nullptr && visit->is_int64()) {
        stated.visit = static_cast<int>(visit->get_int64());
    }
    return stated;
}

Concluded conclude(const Order& order, const Outcome& outcome, const criteria::Profile& profile) {
    Concluded concluded;
    auto body = heading(order, outcome.snapshot ? "inspection" : "aborted");
    body["finished"] = outcome.finished;
    body["profile"] = profile_json(profile);
    body["retention"] = profile.retention;
    body["erase_days"] = erase_json(profile);
    body["certificate"] = certificate_json(order, profile);
    body["revisit_until"] =
        profile.revisit_days == 0 ? std::string() : day_after(order.started, profile.revisit_days);
    body["reading_ms"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(outcome.transcript.duration())
            .count();
    body["qualification"] =
        qualification_json(order, outcome.snapshot ? *outcome.snapshot : outcome.partial);
    if (outcome.snapshot) {
        concluded.facts = criteria::facts_from(order.stated, *outcome.snapshot);
        concluded.judgement = criteria::judge(profile, concluded.facts);
        // What lists ask for stands in front of what is long.
        body["judgement"] = criteria::to_json(*concluded.judgement, profile);
        body["facts"] = criteria::to_json(concluded.facts);
        body["snapshot"] = obd::to_json(*outcome.snapshot);
    } else {
        const auto failure =
            outcome.failure.value_or(Failure{Fault::link_lost, "the reading was ended"});
        body["aborted"] = {
            {"fault", static_cast<int>(failure.fault)},
            {"detail", failure.detail},
            {"reason", "reading_failed"},
            {"by", ""}};
        body["partial"] = obd::to_json(outcome.partial);
    }
    concluded.body = json::serialize(body);
    return concluded;
}

Concluded conclude_stated(const Order& order, const criteria::Profile& profile) {
    Concluded concluded;
    auto body = heading(order, "referral");
    body["profile"] = profile_json(profile);
    body["retention"] = profile.retention;
    body["erase_days"] = erase_json(profile);
    body["certificate"] = certificate_json(order, profile);
    body["revisit_until"] =
        profile.revisit_days == 0 ? std::string() : day_after(order.started, profile.revisit_days);
    concluded.facts = criteria::facts_from(order.stated);
    concluded.judgement = criteria::judge(profile, concluded.facts);
    body["facts"] = criteria::to_json(concluded.facts);
    body["judgement"] = criteria::to_json(*concluded.judgement, profile);
    concluded.body = json::serialize(body);
    return concluded;
}

std::string aborted_body(
    const Order& order, const criteria::Profile& profile, const std::string& body, const Ending& why
) {
    auto object = body.empty() ? heading(order, "aborted") : parsed(body);
    object["type"] = "aborted";
    object["profile"] = profile_json(profile);
    object["retention"] = profile.retention;
    object["erase_days"] = erase_json(profile);
    object["finished"] = why.at;
    write_course(object, order);
    auto& aborted = object["aborted"];
    if (!aborted.is_object()) {
        aborted = {{"fault", nullptr}, {"detail", why.detail}};
    }
    aborted.get_object()["reason"] = why.reason;
    aborted.get_object()["by"] = why.by;
    aborted.get_object()["second"] = why.second;
    return json::serialize(object);
}

std::string confirmed_body(
    const Order& order,
    const std::string& body,
    const std::string& by,
    const std::string& assertion,
    const std::string& at
) {
    auto object = parsed(body);
    object["technician"] = order.technician;
    object["confirmation"] = {
        {"by", by},
        {"at", at},
        {"assertion", assertion.empty() ? json::value() : json::parse(assertion)}};
    object["finished"] = at;
    write_course(object, order);
    return json::serialize(object);
}

std::string reading_body(const std::string& body, const std::string& why) {
    auto object = parsed(body);
    object["type"] = "reading";
    object["why"] = why;
    object.erase("judgement");
    return json::serialize(object);
}

bool some_unit_answered(const std::string& body) {
    const json::value whole = parsed(body);
    boost::system::error_code error;
    const auto* units = whole.find_pointer("/partial/ecus", error);
    return units != nullptr && units->is_array() && !units->get_array().empty();
}

std::string why_of_reading(const std::string& body) {
    return text_of(parsed(body), "why");
}

std::string interrupted_body(std::string_view id, std::string_view draft) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(draft.data(), draft.size()), error);
    json::object body;
    if (!error && value.is_object()) {
        body = std::move(value.get_object());
    } else {
        body = {{"schema", record_schema}, {"type", "aborted"}, {"inspection", id}};
    }
    body["aborted"] = {
        {"fault", nullptr},
        {"detail", "the station stopped before the inspection was finished"},
        {"reason", "power_lost"},
        {"by", ""},
        {"second", ""}};
    return json::serialize(body);
}

Result<obd::Snapshot> replay(
    const protocols::transcript::Transcript& transcript, int connect_attempts
) {
    protocols::transcript::Replayer replayer(transcript);
    Result<obd::Snapshot> last =
        Failure{Fault::replay_diverged, "the transcript holds no conversation"};
    obd::ReadingSettings settings;
    settings.connect_attempts = connect_attempts;
    if (!transcript.settings.empty()) {
        auto kept = obd::settings_from_text(transcript.settings);
        if (kept.has_error()) {
            return kept.error();
        }
        settings = std::move(kept.value());
    }
    obd::Reading reading(settings);
    while (replayer.next_conversation()) {
        const bool goes_on = last.has_error() && last.error().fault == Fault::link_lost;
        if (!goes_on) {
            reading = obd::Reading(settings);
        }
        last = replayer.run(reading);
        if (last.has_error() && last.error().fault == Fault::replay_diverged) {
            return last;
        }
    }
    return last;
}

}  // namespace station::inspection
