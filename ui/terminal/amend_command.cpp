#include "station/app/naming.hpp"
#include "station/app/session.hpp"
#include "station/inspection/amendment.hpp"
#include "station/inspection/identity.hpp"
#include "station/seal/seal.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/proving.hpp"
#include "ui/terminal/vehicle_options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace ui::terminal {
namespace {

namespace inspection = station::inspection;
namespace json = boost::json;
using protocols::Fault;
using station::report::Language;

/// What was stated then, with what the command line states now.
station::criteria::Stated corrected(const json::value& body, const Arguments& arguments) {
    auto stated = value_or_stop(inspection::stated_from(body));
    const auto now = stated_from(arguments);
    const auto take = [](std::string& into, const std::string& from) {
        if (!from.empty()) {
            into = from;
        }
    };
    take(stated.plate, now.plate);
    take(stated.vin, now.vin);
    take(stated.fuel, now.fuel);
    take(stated.obd_type, now.obd_type);
    take(stated.make, now.make);
    take(stated.model, now.model);
    take(stated.category, now.category);
    take(stated.first_registered, now.first_registered);
    stated.model_year = now.model_year ? now.model_year : stated.model_year;
    stated.odometer = now.odometer ? now.odometer : stated.odometer;
    stated.gvwr_kg = now.gvwr_kg ? now.gvwr_kg : stated.gvwr_kg;
    stated.plug_in = now.plug_in ? now.plug_in : stated.plug_in;
    stated.lamp_at_key_on = now.lamp_at_key_on ? now.lamp_at_key_on : stated.lamp_at_key_on;
    stated.lamp_running = now.lamp_running ? now.lamp_running : stated.lamp_running;
    return stated;
}

/// The transcript of the inspection a record is of: its own, or that of what it corrects.
std::string transcript_of(station::records::Store& store, station::records::Record record) {
    constexpr int longest_chain = 100;
    for (int i = 0; i < longest_chain && record.transcript.empty(); ++i) {
        const auto body = json::parse(record.body);
        const auto* of = body.as_object().if_contains("of");
        if (of == nullptr) {
            break;
        }
        auto before = value_or_stop(store.record(of->at("sequence").to_number<std::uint64_t>()));
        if (!before) {
            break;
        }
        record = std::move(*before);
    }
    return value_or_stop(station::seal::expand(record.transcript));
}

inspection::Rejudged judge_again(
    station::records::Store& store,
    const station::records::Record& record,
    const station::app::Programme& programme,
    station::criteria::Stated stated
) {
    const auto transcript =
        value_or_stop(protocols::transcript::transcript_from_text(transcript_of(store, record)));
    const auto snapshot =
        value_or_stop(inspection::replay(transcript, programme.profile.connect_attempts));
    auto facts = station::criteria::facts_from(stated, snapshot);
    auto judgement = station::criteria::judge(programme.profile, facts);
    return {std::move(stated), std::move(facts), std::move(judgement)};
}

}  // namespace

int amend(int argc, char** argv) {
    auto options = proof_options("technician");
    options.merge(std::set<std::string>{
        "--station", "--sequence", "--reason", "--until", "--method", "--vehicle", "--lamp",
        "--lang"});
    const Arguments arguments(argc, argv, 2, options, {});
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    const auto kind = arguments.words().size() == 1
                          ? inspection::amendment_from_id(arguments.words()[0])
                          : std::nullopt;
    if (!kind) {
        throw UsageError("amend needs correction, duplicate, extension, exemption or referral");
    }
    std::uint64_t sequence = 0;
    try {
        sequence = std::stoull(arguments.need("--sequence"));
    } catch (const std::logic_error&) {
        throw UsageError("--sequence needs a number");
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto record = value_or_stop(store.record(sequence));
    if (!record) {
        throw UsageError("there is no record " + std::to_string(sequence));
    }
    const auto of = json::parse(record->body);
    auto people = value_or_stop(station::app::People::open(store));
    const auto* done_by = of.as_object().if_contains("technician");
    const auto by = proven(
        people, arguments, "technician", station::staff::Role::supervisor,
        done_by == nullptr ? "" : std::string(done_by->as_string()), spanish
    );
    inspection::Amendment amendment{
        *kind,
        station::app::make_id(),
        sequence,
        station::seal::hex(record->hash),
        arguments.get("--reason"),
        by,
        station::app::utc_now(),
        arguments.get("--until"),
        arguments.get("--method")};
    const auto wrong =
        inspection::wrong_amendment(amendment, of, value_or_stop(store.superseded_by(sequence)));
    if (wrong) {
        throw Refused(spanish ? wrong->es : wrong->en);
    }
    std::optional<station::app::Programme> programme;
    std::optional<inspection::Rejudged> judged;
    if (*kind == inspection::Amendment::Kind::correction) {
        auto stated = corrected(of, arguments);
        for (const auto& bad :
             {stated.plate.empty() ? std::nullopt : inspection::wrong_plate(stated.plate),
              stated.vin.empty() ? std::nullopt : inspection::wrong_vin(stated.vin)}) {
            if (bad) {
                throw Refused(spanish ? bad->es : bad->en);
            }
        }
        programme = value_or_stop(station::app::programme_of_body(store, of));
        judged = judge_again(store, *record, *programme, std::move(stated));
    }
    const auto body = inspection::amendment_body(
        amendment, of, programme ? &programme->profile : nullptr, judged
    );
    const auto stored = value_or_stop(store.append(amendment.id, body, {}));
    json::object out{
        {"sequence", static_cast<std::int64_t>(stored.sequence)},
        {"hash", station::seal::hex(stored.hash)},
        {"type", inspection::id(*kind)},
        {"of", static_cast<std::int64_t>(sequence)},
        {"verdict", nullptr},
    };
    if (judged) {
        out["verdict"] = station::criteria::id(judged->judgement.verdict);
    }
    std::cerr << station::report::as_text(
        json::parse(body), spanish ? Language::spanish : Language::english
    );
    std::cout << json::serialize(out) << "\n";
    return exit_ok;
}

}  // namespace ui::terminal
