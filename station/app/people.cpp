#include "station/app/people.hpp"

#include "station/app/naming.hpp"
#include "station/files/whole_file.hpp"
#include "station/records/event.hpp"
#include "station/staff/attempts.hpp"

#include <boost/json/serialize.hpp>

#include <fstream>
#include <iterator>

namespace station::app {
namespace {

namespace json = boost::json;
using criteria::BothLanguages;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;
using records::event_body;

constexpr const char* roster_name = "staff.roster";
constexpr const char* roster_key = "roster";  ///< In the store's state: hash of the last one noted.
constexpr const char* root_name = "staff.root";
constexpr std::int64_t ms_per_s = 1000;

std::optional<std::string> text_of_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    return std::string{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::optional<seal::PublicKey> key_of(std::string_view hex) {
    seal::PublicKey key{};
    while (!hex.empty() && hex.back() <= ' ') {
        hex.remove_suffix(1);
    }
    return seal::from_hex(hex, key) ? std::optional(key) : std::nullopt;
}

Result<staff::Roster> open_roster(std::string_view text, const seal::PublicKey& trusted) {
    const auto document = seal::open_document(text, "roster", {trusted});
    if (document.has_error()) {
        return document.error();
    }
    return staff::read_roster(document.value().payload);
}

std::string attempts_key(const std::string& person) {
    return "attempts:" + person;
}

BothLanguages wait_words(std::int64_t ms) {
    const auto seconds = std::to_string((ms + ms_per_s - 1) / ms_per_s);
    return {
        "Demasiados intentos. Espera " + seconds + " s y vuelve a intentar. (E-STF-03)",
        "Too many attempts. Wait " + seconds + " s and try again. (E-STF-03)"};
}

const BothLanguages unknown_words{
    "Esa persona no está en la lista de esta estación. Revisa el número o pide al supervisor que "
    "instale la lista nueva. (E-STF-01)",
    "That person is not on this station's list. Check the number, or ask the supervisor to install "
    "the new list. (E-STF-01)"};
const BothLanguages wrong_words{
    "El NIP no es correcto. Vuelve a escribirlo; después de varios intentos hay que esperar. "
    "(E-STF-02)",
    "The PIN is wrong. Type it again; after several attempts there is a wait. (E-STF-02)"};
const BothLanguages locked_words{
    "Acceso bloqueado por demasiados intentos. El supervisor lo desbloquea con su NIP. (E-STF-04)",
    "Locked after too many attempts. The supervisor unlocks it with their PIN. (E-STF-04)"};
const BothLanguages expired_words{
    "La lista de personal o tu acreditación ya venció. Pide al supervisor que instale la lista "
    "nueva; lo capturado no se pierde. (E-STF-05)",
    "The list of staff, or your own accreditation, has expired. Ask the supervisor to install the "
    "new list; nothing entered is lost. (E-STF-05)"};
const BothLanguages code_words{
    "El código de un solo uso no es correcto o ya se usó. Espera el siguiente y escríbelo. "
    "(E-STF-06)",
    "The one-time code is wrong or was used before. Wait for the next one and type it. (E-STF-06)"};
const BothLanguages role_words{
    "Esa persona no tiene el puesto que esto pide. Llama a quien lo tenga. (E-STF-07)",
    "That person does not have the role this needs. Call somebody who has. (E-STF-07)"};
const BothLanguages same_words{
    "Tiene que ser otra persona: nadie se autoriza a sí mismo. (E-STF-08)",
    "It has to be another person: nobody approves their own act. (E-STF-08)"};
const BothLanguages clock_words{
    "El reloj de la estación retrocedió: nadie entra hasta que el supervisor confirme la hora. "
    "(E-CLK-01)",
    "The station's clock was set back: nobody signs in until the supervisor confirms the time. "
    "(E-CLK-01)"};

/// A list in force that no record tells of gets its record, however it came into the folder.
Result<void> note_roster(records::Store& store, const staff::Roster& roster) {
    const auto known = store.state(roster_key);
    if (known.has_error()) {
        return known.error();
    }
    if (known.value() == roster.sha256) {
        return boost::outcome_v2::success();
    }
    const auto noted = store.note(
        event_body(
            "roster", "", utc_now(),
            {{"sha256", roster.sha256},
             {"version", roster.version},
             {"expires", roster.expires},
             {"people", static_cast<std::int64_t>(roster.people.size())}}
        ),
        [&](sqlite::Database&) { return store.set_state(roster_key, roster.sha256); }
    );
    if (noted.has_error()) {
        return noted.error();
    }
    return boost::outcome_v2::success();
}

}  // namespace

Result<People> People::open(records::Store& store) {
    People people(store);
    const auto text = text_of_file(store.folder() / roster_name);
    if (!text) {
        const auto known = store.state(roster_key);
        if (known.has_error()) {
            return known.error();
        }
        if (known.value().empty()) {
            return people;
        }
        return Failure{
            Fault::store_damaged, std::string(roster_name) + " is gone from " +
                                      store.folder().string() +
                                      ": install the list of people again (staff install)"};
    }
    const auto trusted = key_of(text_of_file(store.folder() / root_name).value_or(""));
    if (!trusted) {
        return Failure{Fault::key_unusable, (store.folder() / root_name).string()};
    }
    auto roster = open_roster(*text, *trusted);
    if (roster.has_error()) {
        return roster.error();
    }
    const auto noted = note_roster(store, roster.value());
    if (noted.has_error()) {
        return noted.error();
    }
    people.roster_ = std::move(roster.value());
    return people;
}

Result<void> People::note(std::string_view kind, std::string_view by, json::object details) {
    const auto noted = store_->note(event_body(kind, by, utc_now(), std::move(details)));
    if (noted.has_error()) {
        return noted.error();
    }
    return boost::outcome_v2::success();
}

Result<People::Proved> People::prove(const Proof& proof) {
    const auto* by_badge = roster_ ? roster_->by_badge(proof.who) : nullptr;
    const auto* person = by_badge != nullptr ? by_badge
                         : roster_           ? roster_->find(proof.who)
                                             : nullptr;
    if (person == nullptr) {
        return Proved{{}, unknown_words};
    }
    const auto kept = store_->state(attempts_key(person->id));
    if (kept.has_error()) {
        return kept.error();
    }
    auto attempts = staff::attempts_from_text(kept.value());
    const auto now = store_->now();
    if (staff::locked(attempts)) {
        return Proved{{}, locked_words};
    }
    if (const auto wait = staff::wait_ms(attempts, now); wait > 0) {
        return Proved{{}, wait_words(wait)};
    }
    if (!roster_->in_force(*person, clock::iso_time(now.wall_ms).substr(0, 10))) {
        return Proved{{}, expired_words};
    }
    const auto refuse = [&](const BothLanguages& words, const char* what) -> Result<Proved> {
        const auto failed = staff::failed(attempts, now);
        const auto noted = store_->note(
            event_body(
                "sign_in_refused", person->id, utc_now(),
                {{"what", what}, {"failures", failed.failures}}
            ),
            [&](sqlite::Database&) {
                return store_->set_state(attempts_key(person->id), staff::to_text(failed));
            }
        );
        if (noted.has_error()) {
            return noted.error();
        }
        return Proved{{}, words};
    };
    auto unlocked = staff::unlock(*person, proof.pin);
    if (!unlocked) {
        return refuse(wrong_words, "pin");
    }
    std::int64_t step = attempts.last_code;
    if (person->one_time_code) {
        const auto found =
            staff::step_of_code(unlocked->one_time_secret, proof.code, now.wall_ms / ms_per_s);
        if (!found || *found <= attempts.last_code) {
            return refuse(code_words, "code");
        }
        step = *found;
    }
    if (attempts.failures > 0 || step != attempts.last_code) {
        staff::Attempts fresh;
        fresh.last_code = step;
        const auto cleared = store_->set_state(attempts_key(person->id), staff::to_text(fresh));
        if (cleared.has_error()) {
            return cleared.error();
        }
    }
    return Proved{
        AtWork{
            *person, unlocked->keys,
            std::string(by_badge != nullptr ? "badge+pin" : "pin") +
                (person->one_time_code ? "+code" : ""),
            roster_->sha256},
        {}};
}

Result<People::Refusal> People::sign_in(const Proof& proof, std::string_view inspection) {
    const auto set_back = store_->clock_set_back();
    if (set_back.has_error()) {
        return set_back.error();
    }
    if (set_back.value()) {
        return Refusal(clock_words);
    }
    auto proved = prove(proof);
    if (proved.has_error()) {
        return proved.error();
    }
    if (!proved.value().who) {
        return std::move(proved.value().refused);
    }
    auto who = std::move(*proved.value().who);
    if (!who.person.has(staff::Role::technician)) {
        return Refusal(role_words);
    }
    const auto before = current_ ? current_->person.id : std::string();
    if (current_ && before != who.person.id && inspection.empty()) {
        const auto left = sign_out("replaced");
        if (left.has_error()) {
            return left.error();
        }
    }
    json::object details{{"method", who.method}, {"roster", who.roster}};
    if (!inspection.empty()) {
        details["from"] = before;
        details["inspection"] = inspection;
    }
    const auto noted =
        note(inspection.empty() ? "sign_in" : "take_over", who.person.id, std::move(details));
    if (noted.has_error()) {
        return noted.error();
    }
    current_ = std::move(who);
    return Refusal();
}

Result<void> People::sign_out(std::string_view why) {
    if (!current_) {
        return boost::outcome_v2::success();
    }
    const auto who = current_->person.id;
    current_.reset();
    return note("sign_out", who, {{"why", why}});
}

Result<People::Second> People::second(
    const Proof& proof, staff::Role role, std::string_view first
) {
    auto proved = prove(proof);
    if (proved.has_error()) {
        return proved.error();
    }
    if (!proved.value().who) {
        return Second{{}, proved.value().refused};
    }
    const auto& person = proved.value().who->person;
    if (person.id == first) {
        return Second{{}, same_words};
    }
    if (!person.has(role)) {
        return Second{{}, role_words};
    }
    return Second{person.id, {}};
}

Result<People::Refusal> People::unlock(std::string_view who, const Proof& supervisor) {
    if (!roster_ || roster_->find(who) == nullptr) {
        return Refusal(unknown_words);
    }
    const auto agreed = second(supervisor, staff::Role::supervisor, who);
    if (agreed.has_error()) {
        return agreed.error();
    }
    if (agreed.value().refused) {
        return agreed.value().refused;
    }
    const auto key = attempts_key(std::string(who));
    const auto kept = store_->state(key);
    if (kept.has_error()) {
        return kept.error();
    }
    staff::Attempts fresh;
    fresh.last_code = staff::attempts_from_text(kept.value()).last_code;
    const auto noted = store_->note(
        event_body("unlock", agreed.value().id, utc_now(), {{"who", who}}),
        [&](sqlite::Database&) { return store_->set_state(key, staff::to_text(fresh)); }
    );
    if (noted.has_error()) {
        return noted.error();
    }
    return Refusal();
}

std::string assertion(const AtWork& who, const Statement& statement) {
    const auto text = json::serialize(json::object{
        {"schema", "obd-station/assertion/1"},
        {"inspection", statement.inspection},
        {"person", who.person.id},
        {"verdict", statement.verdict},
        {"vin", statement.vin},
        {"plate", statement.plate},
        {"transcript", statement.transcript},
        {"roster", who.roster},
        {"at", statement.at},
    });
    return json::serialize(json::object{
        {"statement", text},
        {"public_key", seal::hex(who.keys.public_key)},
        {"signature",
         seal::hex(seal::sign(seal::hash_of_document("assertion", text), who.keys.secret_key))},
        {"method", who.method},
    });
}

Result<staff::Roster> install_roster(
    records::Store& store, std::string_view text, std::string_view trust
) {
    const auto root_path = store.folder() / root_name;
    const auto kept = text_of_file(root_path);
    const auto trusted = key_of(kept ? std::string_view(*kept) : trust);
    if (!trusted) {
        return Failure{
            Fault::key_unusable,
            "the first list needs --trust with the programme's public key (64 hex digits)"};
    }
    auto roster = open_roster(text, *trusted);
    if (roster.has_error()) {
        return roster.error();
    }
    const auto before = People::open(store);
    if (before.has_value() && before.value().roster() &&
        before.value().roster()->version > roster.value().version) {
        return Failure{
            Fault::malformed, "the list's version " + std::to_string(roster.value().version) +
                                  " is older than the installed " +
                                  std::to_string(before.value().roster()->version)};
    }
    constexpr ::mode_t owner_only = 0600;
    if (!kept) {
        const auto rooted = files::write_whole(root_path, seal::hex(*trusted) + "\n", owner_only);
        if (rooted.has_error()) {
            return rooted.error();
        }
    }
    const auto written = files::write_whole(store.folder() / roster_name, text, owner_only);
    if (written.has_error()) {
        return written.error();
    }
    const auto noted = note_roster(store, roster.value());
    if (noted.has_error()) {
        return noted.error();
    }
    return roster;
}

}  // namespace station::app
