#include "station/app/bundles.hpp"
#include "station/app/learning.hpp"
#include "station/app/naming.hpp"
#include "station/app/session.hpp"
#include "station/inspection/identity.hpp"
#include "station/messages/messages.hpp"
#include "station/records/backup.hpp"
#include "sync/uploader/send.hpp"
#include "ui/reader/running.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/proving.hpp"
#include "ui/terminal/vehicle_options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <chrono>
#include <iostream>

namespace ui::terminal {
namespace {

namespace app = station::app;
namespace inspection = station::inspection;
namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using station::report::Language;

void report_upload(station::records::Store& store, const std::string& centre, bool spanish) {
    constexpr auto upload_time = std::chrono::seconds(15);
    const auto sent = syncing::send_all(store, centre, upload_time);
    if (sent.has_error()) {
        std::cerr << (spanish ? station::messages::spanish(sent.error())
                              : station::messages::english(sent.error()))
                  << "\n";
        return;
    }
    (void)value_or_stop(station::records::erase_due(store, ""));
    std::cerr << (spanish ? "Enviado al centro: " : "Sent to the centre: ")
              << sent.value().confirmed
              << (spanish ? " registro(s) confirmados\n" : " record(s) confirmed\n");
}

/// Drives one inspection from what the command line states; asks only where somebody can answer.
class Run {
public:
    Run(const Arguments& arguments, bool spanish)
        : arguments_(arguments),
          learning_(arguments.need("--station")),
          spanish_(spanish),
          asks_(::isatty(STDIN_FILENO) == 1) {}

    /// Until it has its record; Stopped with why the reading failed otherwise.
    void drive(app::Session& session, const protocols::link::Endpoint& adapter) {
        while (!session.record()) {
            const auto state = inspection::id(session.workflow().state());
            if (state == "identify") {
                tell(session.identify(stated_from(arguments_)));
            } else if (state == "look") {
                tell(session.on(inspection::Looked{
                    visual(session.profile()), arguments_.get("--connector")}));
            } else if (state == "key_on") {
                answer_lamp(session);
            } else if (state == "ready") {
                ready(session, adapter);
            } else if (state == "engine_off") {
                engine_off(session, adapter);
            } else if (state == "judged") {
                tell(session.on(inspection::Confirm{session.workflow().order().technician, {}}));
            } else {
                throw Stopped(
                    {Fault::store_damaged, "an inspection stopped at " + std::string(state)}
                );
            }
        }
        if (failure_) {
            shown_ = *failure_;
        }
    }
    /// Why the reading ended the inspection.
    [[nodiscard]] const std::optional<Failure>& failure() const { return shown_; }

private:
    app::Answer tell(protocols::Result<app::Answer>&& result) {
        auto answer = value_or_stop(std::move(result));
        if (answer.refused) {
            throw Refused(spanish_ ? answer.refused->es : answer.refused->en);
        }
        return answer;
    }

    std::map<std::string, std::string> visual(const station::criteria::Profile& profile) {
        std::set<std::string> known{"all"};
        for (const auto& item : profile.checklist) {
            known.insert(item.id);
        }
        std::map<std::string, std::string> seen;
        for (const auto& [item, said] : read_pairs(arguments_.get("--visual"), known)) {
            if (item != "all") {
                seen[item] = said;
                continue;
            }
            for (const auto& each : profile.checklist) {
                seen.emplace(each.id, said);
            }
        }
        return seen;
    }

    void answer_lamp(app::Session& session) {
        auto stated = stated_from(arguments_);
        if (asks_) {
            ask_about_lamp(stated, spanish_);
        }
        running_ = stated.lamp_running;
        tell(session.on(inspection::LampAtKeyOn{stated.lamp_at_key_on}));
    }

    void ready(app::Session& session, const protocols::link::Endpoint& adapter) {
        if (failure_) {
            tell(session.on(inspection::Abort{"reading_failed", failure_->detail, technician(), {}})
            );
            return;
        }
        const auto lit = running_ ? running_ : stated_from(arguments_).lamp_running;
        if (lit) {
            tell(session.on(inspection::LampRunning{lit}));
        }
        read(session, adapter);
    }

    void engine_off(app::Session& session, const protocols::link::Endpoint& adapter) {
        if (asks_) {
            std::cerr
                << (spanish_ ? "El motor está apagado. Arráncalo y pulsa Enter para leer otra "
                               "vez, o escribe s para seguir así: "
                             : "The engine is off. Start it and press Enter to read again, or "
                               "type s to go on as it is: ");
            std::string line;
            if (std::getline(std::cin, line) && line.empty()) {
                read(session, adapter);
                return;
            }
        }
        tell(session.on(inspection::GoOn{}));
    }

    void read(app::Session& session, const protocols::link::Endpoint& adapter) {
        const auto& stated = session.workflow().order().stated;
        tell(session.on(inspection::Begin{adapter.text(), learning_.qualified(adapter)}));
        const auto settings =
            session.settings(learning_.settings(adapter, stated.vin, stated.plate));
        const auto done = reader::read_now(adapter, settings, reconnect_of(arguments_), spanish_);
        learning_.learn(done, stated.vin, stated.plate);
        failure_ = done.failure;
        tell(session.ended(done));
    }

    [[nodiscard]] std::string technician() const { return arguments_.get("--technician"); }

    const Arguments& arguments_;
    app::Learning learning_;
    bool spanish_;
    bool asks_;
    std::optional<bool> running_;
    std::optional<Failure> failure_;
    std::optional<Failure> shown_;
};

/// The last one that was left open and can go on; the others are closed with their records.
app::Session left_open(station::records::Store& store) {
    const auto left = value_or_stop(store.left_open());
    if (left.empty()) {
        throw Refused("No hay ninguna inspección por continuar. / There is no inspection to resume."
        );
    }
    return value_or_stop(app::Session::resume(store, left.back()));
}

app::Session begin(const Arguments& arguments, station::records::Store& store, bool spanish) {
    auto loaded = load_profile(
        arguments.need("--profile"), arguments.get("--variant"), arguments.need("--station")
    );
    const auto stated = stated_from(arguments);
    for (const auto& wrong :
         {stated.plate.empty() ? std::nullopt : inspection::wrong_plate(stated.plate),
          stated.vin.empty() ? std::nullopt : inspection::wrong_vin(stated.vin)}) {
        if (wrong) {
            throw Refused(spanish ? wrong->es : wrong->en);
        }
    }
    if (!loaded.profile.in_effect(app::utc_now().substr(0, 10))) {
        throw Refused(
            spanish ? "El programa no está vigente hoy. Usa la variante o el paquete vigente."
                    : "The programme is not in effect today. Use the variant or bundle that is."
        );
    }
    for (const auto& name : missing_options(stated, loaded.profile.vehicle_facts_needed())) {
        std::cerr << (spanish ? "Aviso: el programa pide --vehicle "
                              : "Note: the programme needs --vehicle ")
                  << name << "=…\n";
    }
    const int closed = value_or_stop(app::close_left_open(store));
    if (closed > 0) {
        std::cerr << (spanish ? "Inspecciones interrumpidas que se cerraron: "
                              : "Interrupted inspections that were closed: ")
                  << closed << "\n";
    }
    return value_or_stop(app::Session::start(
        store, {std::move(loaded.source), std::move(loaded.profile), std::move(loaded.bundle)},
        arguments.get("--technician")
    ));
}

/// Somebody else goes on with what was begun.
void take_over(app::Session& session, const app::People& people) {
    const auto& before = session.workflow().order().technician;
    if (people.current() && people.current()->person.id != before) {
        (void)value_or_stop(session.on(inspection::TakeOver{people.current()->person.id}));
    }
}

}  // namespace

int run(int argc, char** argv) {
    auto options = proof_options("technician");
    options.merge(std::set<std::string>{
        "--adapter", "--profile", "--variant", "--vehicle", "--station", "--centre", "--lamp",
        "--connector", "--visit", "--previous", "--lang", "--reconnect", "--visual",
        "--owner-objects"});
    const Arguments arguments(argc, argv, 2, options, {"--resume"});
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    auto endpoint = protocols::link::read_endpoint(arguments.need("--adapter"));
    if (endpoint.has_error()) {
        throw UsageError(endpoint.error().detail);
    }
    (void)reconnect_of(arguments);
    if (!arguments.has("--resume")) {
        // What is wrong with the words is told before a folder is made.
        (void)arguments.need("--profile");
        const auto stated = stated_from(arguments);
        if (stated.plate.empty() && stated.vin.empty()) {
            throw UsageError("--vehicle needs plate=… or vin=…");
        }
    }
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto held = store.hold();
    if (held.has_error()) {
        throw Stopped(held.error());
    }
    const auto noted = app::note_bundle(store);
    if (noted.has_error()) {
        throw Stopped(noted.error());
    }
    auto people = value_or_stop(app::People::open(store));
    if (people.required()) {
        (void)arguments.need("--technician");
        const auto refused = value_or_stop(people.sign_in(proof_of(arguments, "technician")));
        if (refused) {
            throw Refused(spanish ? refused->es : refused->en);
        }
    }
    auto session = arguments.has("--resume") ? left_open(store) : begin(arguments, store, spanish);
    session.done_by(people);
    Run driver(arguments, spanish);
    take_over(session, people);
    driver.drive(session, endpoint.value());
    const auto out_again = people.sign_out("ended");
    if (out_again.has_error()) {
        throw Stopped(out_again.error());
    }
    if (arguments.has("--centre")) {
        report_upload(store, arguments.get("--centre"), spanish);
    }
    const auto& record = *session.record();
    const auto body = json::parse(record.body);
    const auto installed =
        value_or_stop(station::app::installed_bundle(arguments.need("--station")));
    std::cerr << station::report::as_text(
        body, spanish ? Language::spanish : Language::english,
        installed ? installed->code_texts : station::report::CodeTexts()
    );
    json::object out{
        {"station", store.station()},
        {"sequence", static_cast<std::int64_t>(record.sequence)},
        {"hash", station::seal::hex(record.hash)},
        {"inspection", body.at("inspection")},
        {"type", body.at("type")},
    };
    if (body.at("type") != "aborted") {
        const auto& judged = body.at("judgement");
        out["verdict"] = judged.at("verdict");
        out["reasons"] = judged.at("reasons");
        out["rules"] = judged.at("rules");
        std::cout << json::serialize(out) << "\n";
        return exit_code(
            station::criteria::verdict_from_id(judged.at("verdict").as_string()).value()
        );
    }
    out["verdict"] = nullptr;
    out["aborted"] = body.at("aborted");
    std::cout << json::serialize(out) << std::endl;
    throw Stopped(driver.failure().value_or(Failure{Fault::link_lost, ""}));
}

}  // namespace ui::terminal
