#include "station/app/session.hpp"

#include "station/app/naming.hpp"
#include "station/seal/seal.hpp"

#include <boost/json/parse.hpp>

namespace station::app {

using inspection::Workflow;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

namespace {

/// So that the inspection can be judged again by what this record names.
Result<void> keep_criteria(records::Store& store, const Programme& programme) {
    auto kept = store.keep_profile(programme.source);
    for (const auto& table : programme.profile.tables()) {
        if (!kept.has_error()) {
            kept = store.keep_profile(table->text);
        }
    }
    return kept;
}

}  // namespace

Session::Session(records::Store& store, std::unique_ptr<Programme> programme, Workflow workflow)
    : store_(&store), programme_(std::move(programme)), workflow_(std::move(workflow)) {}

Result<Session> Session::start(records::Store& store, Programme programme, std::string technician) {
    const auto set_back = store.clock_set_back();
    if (set_back.has_error()) {
        return set_back.error();
    }
    if (set_back.value()) {
        return Failure{Fault::clock_set_back, utc_now()};
    }
    auto owned = std::make_unique<Programme>(std::move(programme));
    const auto kept = keep_criteria(store, *owned);
    if (kept.has_error()) {
        return kept.error();
    }
    inspection::Order order;
    order.id = make_id();
    order.technician = std::move(technician);
    order.profile_source = owned->source;
    order.variant = owned->profile.variant;
    order.started = utc_now();
    order.bundle = owned->bundle;
    const auto now = order.started;
    Workflow workflow(owned->profile, std::move(order), now);
    return Session(store, std::move(owned), std::move(workflow));
}

Result<Session> Session::resume(records::Store& store, const records::LeftOpen& left) {
    const auto named = inspection::programme_of_saved(left.draft);
    if (named.has_error()) {
        return named.error();
    }
    const auto& of = named.value();
    auto programme = kept_programme(store, of.sha256, of.variant, of.tables);
    if (programme.has_error()) {
        return programme.error();
    }
    auto owned = std::make_unique<Programme>(std::move(programme.value()));
    auto workflow = Workflow::from_saved(owned->profile, left.draft, owned->source);
    if (workflow.has_error()) {
        return workflow.error();
    }
    Session session(store, std::move(owned), std::move(workflow.value()));
    session.begun_ = true;
    session.transcript_ = left.transcript;
    const auto resumed = session.on(inspection::Resumed{});
    if (resumed.has_error()) {
        return resumed.error();
    }
    return session;
}

std::optional<criteria::BothLanguages> Session::attested(
    inspection::Event& event, const std::string& now
) const {
    if (people_ == nullptr || !people_->required()) {
        return std::nullopt;
    }
    const auto& state = workflow_.state();
    if (const auto* abort = std::get_if<inspection::Abort>(&event);
        abort != nullptr && inspection::chosen(*abort) && abort->second.empty() &&
        workflow_.was_read()) {
        return criteria::BothLanguages{
            "El vehículo ya se leyó: para cerrar sin dictamen hace falta otra persona. Pide al "
            "supervisor que escriba su NIP. (E-STF-09)",
            "The vehicle was read already: closing without a verdict takes a second person. Ask "
            "the supervisor for their PIN. (E-STF-09)"};
    }
    auto* confirm = std::get_if<inspection::Confirm>(&event);
    const bool needs_somebody = confirm != nullptr ||
                                std::holds_alternative<inspection::Identify>(event) ||
                                std::holds_alternative<inspection::Begin>(event);
    if (needs_somebody && !people_->current()) {
        return criteria::BothLanguages{
            "Nadie ha entrado. Escanea tu gafete o escribe tu número y tu NIP; la prueba sigue "
            "donde estaba. (E-STF-10)",
            "Nobody is signed in. Scan your badge or type your number and PIN; the test goes on "
            "where it was. (E-STF-10)"};
    }
    if (const auto* judged = std::get_if<inspection::Judged>(&state);
        confirm != nullptr && judged != nullptr) {
        const auto& order = workflow_.order();
        confirm->technician = people_->current()->person.id;
        confirm->assertion = assertion(
            *people_->current(),
            {order.id, std::string(criteria::id(judged->verdict)), order.stated.vin,
             order.stated.plate, seal::hex(seal::sha256(transcript_)), now}
        );
    }
    return std::nullopt;
}

Result<Answer> Session::on(const inspection::Event& given) {
    auto next = workflow_;
    Answer answer;
    const auto now = utc_now();
    auto event = given;
    answer.refused = attested(event, now);
    if (answer.refused) {
        return answer;
    }
    std::vector<inspection::Store> to_store;
    for (const auto& action : next.on(event, now)) {
        if (const auto* refuse = std::get_if<inspection::Refuse>(&action)) {
            answer.refused = refuse->why;
            return answer;
        }
        answer.read = answer.read || std::holds_alternative<inspection::StartReading>(action);
        answer.stop = answer.stop || std::holds_alternative<inspection::StopReading>(action);
        if (const auto* store = std::get_if<inspection::Store>(&action)) {
            to_store.push_back(*store);
        }
    }
    const auto* ended = std::get_if<inspection::ReadingEnded>(&event);
    const auto transcript =
        ended == nullptr
            ? std::string()
            : seal::compress(protocols::transcript::to_text(ended->outcome.transcript));
    const auto& id = next.order().id;
    const auto kept = begun_
                          ? store_->keep(id, next.saved(), ended == nullptr ? nullptr : &transcript)
                          : store_->begin(id, next.saved());
    if (kept.has_error()) {
        return kept.error();
    }
    begun_ = true;
    if (ended != nullptr) {
        transcript_ = transcript;
    }
    // Kept: what follows can be repeated from there.
    workflow_ = next;
    for (const auto& wanted : to_store) {
        const auto stored = store_record(wanted, next);
        if (stored.has_error()) {
            return stored.error();
        }
        workflow_ = next;
    }
    return answer;
}

Result<void> Session::store_record(const inspection::Store& wanted, Workflow& next) {
    const auto& id = workflow_.order().id;
    if (wanted.closes) {
        auto record = store_->append(id, wanted.body, transcript_);
        if (record.has_error()) {
            return record.error();
        }
        record_ = std::move(record.value());
        (void)next.on(inspection::Stored{record_->sequence, true}, utc_now());
        return boost::outcome_v2::success();
    }
    const auto record =
        store_->append_open(id, wanted.body, transcript_, [&](std::uint64_t sequence) {
            (void)next.on(inspection::Stored{sequence, false}, utc_now());
            return next.saved();
        });
    if (record.has_error()) {
        return record.error();
    }
    transcript_.clear();
    return boost::outcome_v2::success();
}

/// Unknown where that record cannot be read: this vehicle's inspection does not wait for it.
std::optional<criteria::Odometer> Session::odometer_in(std::uint64_t sequence) {
    const auto record = store_->record(sequence);
    if (record.has_error() || !record.value()) {
        return std::nullopt;
    }
    boost::system::error_code error;
    const auto body = boost::json::parse(record.value()->body, error);
    const auto stated = inspection::stated_from(body);
    return error || stated.has_error() ? std::nullopt : stated.value().odometer;
}

Result<Answer> Session::identify(criteria::Stated stated) {
    constexpr int enough = 20;
    const auto seen = store_->seen(stated.vin, stated.plate, enough);
    if (seen.has_error()) {
        return seen.error();
    }
    inspection::Identify event{std::move(stated), {}};
    bool counted = false;  // the latest is enough
    for (const auto& one : seen.value()) {
        if (one.type == "inspection" || one.type == "correction") {
            event.earlier.push_back({one.sequence, one.started, one.verdict, one.visit});
            if (!counted) {
                event.earlier.back().odometer = odometer_in(one.sequence);
                counted = event.earlier.back().odometer.has_value();
            }
        }
    }
    return on(event);
}

obd::ReadingSettings Session::settings(obd::ReadingSettings learnt) const {
    learnt.connect_attempts = profile().connect_attempts;
    learnt.prefers_j1979_2 = profile().prefers_j1979_2;
    learnt.engine_at_end = inspection::needs_engine(profile());
    learnt.all = profile().consults("obd.collected");
    learnt.readiness_groups = inspection::readiness_groups_of(profile());
    if (const auto& table = profile().left_out) {
        learnt.left_out = table->left_out(criteria::facts_from(workflow_.order().stated));
    }
    return learnt;
}

Result<Answer> Session::ended(const reading::ReadingDone& done) {
    return on(inspection::ReadingEnded{
        {done.snapshot, done.partial, done.failure, done.transcript, utc_now()}});
}

Result<Programme> kept_programme(
    records::Store& store,
    const std::string& sha256,
    const std::string& variant,
    const std::vector<std::string>& tables
) {
    const auto text_of = [&](const std::string& hash) -> Result<std::string> {
        auto source = store.profile(hash);
        if (source.has_error()) {
            return source.error();
        }
        if (!source.value()) {
            return Failure{Fault::store_damaged, "the criteria " + hash + " are not kept here"};
        }
        return std::move(*source.value());
    };
    criteria::Tables named;
    for (const auto& hash : tables) {
        auto text = text_of(hash);
        if (text.has_error()) {
            return text.error();
        }
        auto table = criteria::read_table(text.value());
        if (table.has_error()) {
            return table.error();
        }
        named[table.value()->id] = table.value();
    }
    auto source = text_of(sha256);
    if (source.has_error()) {
        return source.error();
    }
    auto profile = criteria::read_profile(source.value(), variant, named);
    if (profile.has_error()) {
        return profile.error();
    }
    return Programme{std::move(source.value()), std::move(profile.value()), std::nullopt};
}

Result<Programme> programme_of_body(records::Store& store, const boost::json::value& body) {
    const auto* object = body.if_object();
    const auto* named = object == nullptr ? nullptr : object->if_contains("profile");
    if (named == nullptr || !named->is_object()) {
        return Failure{Fault::malformed, "the record names no programme"};
    }
    std::vector<std::string> tables;
    if (const auto* hashes = named->get_object().if_contains("tables")) {
        for (const auto& table : hashes->as_object()) {
            tables.emplace_back(table.value().as_string());
        }
    }
    return kept_programme(
        store, std::string(named->at("sha256").as_string()),
        std::string(named->at("variant").as_string()), tables
    );
}

Result<int> close_left_open(records::Store& store) {
    const auto open = store.left_open();
    if (open.has_error()) {
        return open.error();
    }
    for (const auto& one : open.value()) {
        auto session = Session::resume(store, one);
        if (session.has_value()) {
            if (session.value().record()) {
                continue;  // it only lacked its record
            }
            const auto closed = session.value().on(inspection::Abort{
                "power_lost", "the station stopped before the inspection was finished", "", ""});
            if (closed.has_error()) {
                return closed.error();
            }
            continue;
        }
        if (session.error().fault != Fault::malformed) {
            return session.error();
        }
        const auto record =
            store.append(one.id, inspection::interrupted_body(one.id, one.draft), {});
        if (record.has_error()) {
            return record.error();
        }
    }
    return static_cast<int>(open.value().size());
}

}  // namespace station::app
