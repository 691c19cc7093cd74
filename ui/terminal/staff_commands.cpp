#include "station/app/naming.hpp"
#include "station/app/people.hpp"
#include "station/files/whole_file.hpp"
#include "station/records/event.hpp"
#include "station/records/key_file.hpp"
#include "station/token/token.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/proving.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace json = boost::json;
namespace staff = station::staff;
using station::report::Language;

constexpr ::mode_t owner_only = 0600;

std::set<std::string> with_proofs(std::set<std::string> options) {
    options.merge(proof_options("by"));
    return options;
}

void write_or_stop(const std::filesystem::path& path, const std::string& text) {
    const auto written =
        station::files::write_whole(std::filesystem::absolute(path), text, owner_only);
    if (written.has_error()) {
        throw Stopped(written.error());
    }
}

int make(const Arguments& arguments) {
    if (arguments.words().size() != 2) {
        throw UsageError("staff make needs a PLAN, --key KEYFILE and --out FILE");
    }
    const auto key = value_or_stop(station::records::read_key(arguments.need("--key")));
    if (!key) {
        throw UsageError(arguments.get("--key") + " does not exist: make one with bundle key");
    }
    const auto plan = value_or_stop(staff::read_plan(file_text(arguments.words()[1])));
    const auto made = staff::make_roster(plan);
    write_or_stop(
        arguments.need("--out"), station::seal::make_document("roster", made.payload, {*key})
    );
    json::object codes;
    for (const auto& [person, address] : made.codes) {
        codes[person] = address;
    }
    std::cout << json::serialize(json::object{
                     {"file", arguments.get("--out")},
                     {"people", static_cast<std::int64_t>(plan.people.size())},
                     {"trust", station::seal::hex(key->public_key)},
                     {"one_time_codes", std::move(codes)}})
              << "\n";
    return exit_ok;
}

json::object shown(const staff::Roster& roster) {
    json::array people;
    for (const auto& one : roster.people) {
        json::array roles;
        for (const auto role : one.roles) {
            roles.emplace_back(staff::id(role));
        }
        people.push_back(json::object{
            {"id", one.id},
            {"name", one.name},
            {"roles", std::move(roles)},
            {"one_time_code", one.one_time_code},
            {"badge", !one.badge.empty()},
            {"until", one.until},
            {"in_force", roster.in_force(one, app::utc_now().substr(0, 10))},
        });
    }
    return {
        {"version", roster.version},
        {"expires", roster.expires},
        {"sha256", roster.sha256},
        {"people", std::move(people)}};
}

int install(const Arguments& arguments) {
    if (arguments.words().size() != 2) {
        throw UsageError("staff install needs a FILE and --station DIR");
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto roster = value_or_stop(
        app::install_roster(store, file_text(arguments.words()[1]), arguments.get("--trust"))
    );
    std::cout << json::serialize(shown(roster)) << "\n";
    return exit_ok;
}

int unlock(const Arguments& arguments, bool spanish) {
    if (arguments.words().size() != 2) {
        throw UsageError("staff unlock needs a person's ID, --station DIR and --by SUPERVISOR");
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    auto people = value_or_stop(app::People::open(store));
    const auto refused =
        value_or_stop(people.unlock(arguments.words()[1], proof_of(arguments, "by")));
    if (refused) {
        throw Refused(spanish ? refused->es : refused->en);
    }
    std::cout << json::serialize(json::object{{"unlocked", arguments.words()[1]}}) << "\n";
    return exit_ok;
}

}  // namespace

int people(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, with_proofs({"--station", "--key", "--out", "--trust", "--lang"}), {}
    );
    const auto what = arguments.words().empty() ? std::string() : arguments.words()[0];
    if (what == "make") {
        return make(arguments);
    }
    if (what == "install") {
        return install(arguments);
    }
    if (what == "unlock") {
        return unlock(arguments, language(arguments.get("--lang")) == Language::spanish);
    }
    if (what != "status") {
        throw UsageError("staff needs make, install, status or unlock");
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto open = value_or_stop(app::People::open(store));
    std::cout << json::serialize(open.roster() ? json::value(shown(*open.roster())) : json::value())
              << "\n";
    return exit_ok;
}

int station_clock(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, with_proofs({"--station", "--reason", "--lang"}), {});
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    const auto what = arguments.words().size() == 1 ? arguments.words()[0] : std::string();
    if (what != "status" && what != "confirm") {
        throw UsageError("clock needs status or confirm, and --station DIR");
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const bool was = value_or_stop(store.clock_set_back());
    if (what == "confirm") {
        auto people = value_or_stop(app::People::open(store));
        const auto by = proven(people, arguments, "by", staff::Role::supervisor, "", spanish);
        if (by.empty() || arguments.get("--reason").empty()) {
            throw UsageError("clock confirm needs --by WHO and --reason TEXT");
        }
        const auto confirmed = store.confirm_clock(station::records::event_body(
            "clock", by, app::utc_now(), {{"reason", arguments.get("--reason")}}
        ));
        if (confirmed.has_error()) {
            throw Stopped(confirmed.error());
        }
    }
    std::cout << json::serialize(json::object{
                     {"now", app::utc_now()},
                     {"was_set_back", was},
                     {"locked", value_or_stop(store.clock_set_back())}})
              << "\n";
    return exit_ok;
}

int station_key(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, {"--station", "--module", "--token", "--key", "--pin-file", "--lang"}, {}
    );
    const auto what = arguments.words().size() == 1 ? arguments.words()[0] : std::string();
    const std::filesystem::path folder = arguments.need("--station");
    if (what == "token") {
        // Before the first record only: a chain has one key.
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        for (const auto* name : {station::records::key_name, station::records::token_name}) {
            if (std::filesystem::exists(folder / name, error)) {
                throw UsageError((folder / name).string() + " exists: the station has its key");
            }
        }
        const station::token::Place place{
            arguments.need("--module"), arguments.need("--token"), arguments.need("--key"),
            std::filesystem::absolute(arguments.need("--pin-file")).string()};
        const auto made = station::token::generate(place);
        if (made.has_error()) {
            throw Stopped(made.error());
        }
        write_or_stop(folder / station::records::token_name, station::token::to_text(place) + "\n");
    } else if (what != "show") {
        throw UsageError("key needs show or token, and --station DIR");
    }
    auto store = value_or_stop(station::records::Store::open(folder));
    std::error_code error;
    std::cout << json::serialize(json::object{
                     {"station", store.station()},
                     {"public_key", station::seal::hex(store.public_key())},
                     {"in_token",
                      std::filesystem::exists(folder / station::records::token_name, error)}})
              << "\n";
    return exit_ok;
}

}  // namespace ui::terminal
