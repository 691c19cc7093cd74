#include "obd/snapshot/explain.hpp"
#include "obd/snapshot/json.hpp"
#include "obd/snapshot/meaning.hpp"
#include "obd/snapshot/meaning_tongues.hpp"
#include "obd/snapshot/meaning_uds.hpp"
#include "station/app/session.hpp"
#include "station/criteria/judge.hpp"
#include "station/inspection/inspection.hpp"
#include "station/records/store.hpp"
#include "station/records/verify.hpp"
#include "station/seal/seal.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/vehicle_options.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <iostream>

namespace ui::terminal {
namespace {

namespace criteria = station::criteria;
namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using station::report::Language;

/// Repeats one stored inspection; false when it does not give what was recorded.
bool repeats(
    station::records::Store& store, const station::records::Record& record, json::array& out
) {
    const auto body = json::parse(record.body);
    json::object line{{"sequence", static_cast<std::int64_t>(record.sequence)}};
    if (body.at("type") != "inspection") {
        line["type"] = body.at("type");
        line["same"] = nullptr;
        out.push_back(std::move(line));
        return true;
    }
    const auto profile = value_or_stop(station::app::programme_of_body(store, body)).profile;
    const auto text = value_or_stop(station::seal::expand(record.transcript));
    const auto transcript = value_or_stop(protocols::transcript::transcript_from_text(text));
    const auto snapshot =
        value_or_stop(station::inspection::replay(transcript, profile.connect_attempts));
    const auto stated = value_or_stop(station::inspection::stated_from(body));
    const auto facts = criteria::facts_from(stated, snapshot);
    const auto judgement = criteria::judge(profile, facts);
    const bool same = obd::to_json(snapshot) == body.at("snapshot") &&
                      criteria::to_json(judgement, profile) == body.at("judgement");
    line["verdict"] = criteria::id(judgement.verdict);
    line["recorded"] = body.at("judgement").at("verdict");
    line["same"] = same;
    out.push_back(std::move(line));
    return same;
}

int replay_station(const Arguments& arguments) {
    auto store = value_or_stop(station::records::Store::open(arguments.get("--station")));
    const auto head = value_or_stop(store.head());
    std::uint64_t first = 1;
    std::uint64_t last = head;
    if (arguments.has("--sequence")) {
        try {
            first = last = std::stoull(arguments.get("--sequence"));
        } catch (const std::logic_error&) {
            throw UsageError("--sequence needs a number");
        }
    }
    json::array results;
    bool all_same = true;
    for (auto next = first; next <= last;) {
        const auto following = value_or_stop(store.records_from(next, 1));
        const bool there =
            !following.empty() && (following.front().sequence == next ||
                                   station::chain::begins_epoch(following.front().sequence));
        if (!there || following.front().sequence > last) {
            throw Stopped({Fault::store_damaged, "record " + std::to_string(next) + " is missing"});
        }
        const auto sequence = following.front().sequence;
        all_same =
            repeats(store, value_or_stop(store.record(sequence)).value(), results) && all_same;
        next = sequence + 1;
    }
    std::cout << json::serialize(json::object{{"records", std::move(results)}, {"same", all_same}})
              << "\n";
    return all_same ? exit_ok : exit_error;
}

}  // namespace

int replay(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2,
        {"--profile", "--variant", "--vehicle", "--lamp", "--connector", "--visit", "--previous",
         "--station", "--sequence", "--lang"},
        {}
    );
    if (arguments.has("--station")) {
        return replay_station(arguments);
    }
    if (arguments.words().size() != 1) {
        throw UsageError("replay needs one FILE, or --station DIR");
    }
    const auto& path = arguments.words().front();
    (void)arguments.need("--profile");
    std::vector<LoadedProfile> programmes;
    for (const auto& name : arguments.all("--profile")) {
        programmes.push_back(load_profile(name, arguments.get("--variant")));
    }
    const auto text = file_text(path);
    auto transcript = protocols::transcript::transcript_from_text(text);
    if (transcript.has_error()) {
        throw Stopped({Fault::malformed, path + ": " + transcript.error().detail});
    }
    // A recording made by `read` holds one attempt; a station's holds as many as its programme.
    auto snapshot =
        station::inspection::replay(transcript.value(), programmes[0].profile.connect_attempts);
    if (snapshot.has_error() && snapshot.error().fault == Fault::replay_diverged) {
        auto once = station::inspection::replay(transcript.value(), 1);
        if (once.has_value() || once.error().fault != Fault::replay_diverged) {
            snapshot = std::move(once);
        }
    }
    if (snapshot.has_error()) {
        throw Stopped(snapshot.error());
    }
    const auto stated = stated_from(arguments);
    const bool vehicle_stated = arguments.has("--vehicle");
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    if (!vehicle_stated) {
        std::cerr
            << (spanish
                    ? "Aviso: sin --vehicle no se juzga si el programa aplica a este vehículo.\n"
                    : "Note: without --vehicle, whether the programme applies is not judged.\n");
    }
    const auto facts = criteria::facts_from(stated, snapshot.value());
    return judge_by(programmes, facts, !vehicle_stated, spanish);
}

namespace {

std::string_view id(station::chain::Stretch::State state) {
    using State = station::chain::Stretch::State;
    return state == State::holds ? "holds" : state == State::signed_ ? "signed" : "broken";
}

}  // namespace

int verify(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--station", "--lang"}, {"--heads"});
    const auto signatures = arguments.has("--heads") ? station::chain::Signatures::heads
                                                     : station::chain::Signatures::every;
    const auto& words = arguments.words();
    if (arguments.has("--station") == (words.size() == 1) || words.size() > 1) {
        throw UsageError("verify needs --station DIR, or the FILE of an export");
    }
    const auto found = value_or_stop(
        words.empty() ? station::records::verify(arguments.get("--station"), signatures)
                      : station::records::verify_export(words[0], signatures)
    );
    json::array stretches;
    for (const auto& one : found.stretches) {
        stretches.push_back(json::object{
            {"first", static_cast<std::int64_t>(one.first)},
            {"last", static_cast<std::int64_t>(one.last)},
            {"state", id(one.state)},
            {"problem", one.problem},
        });
    }
    json::object out{
        {"ok", found.problem.empty()},
        {"station", found.station},
        {"records", static_cast<std::int64_t>(found.records)},
        {"head", static_cast<std::int64_t>(found.head)},
        {"confirmed", static_cast<std::int64_t>(found.confirmed)},
        {"erased", static_cast<std::int64_t>(found.erased)},
        {"epochs", static_cast<std::int64_t>(found.epochs)},
        {"clock_jumps", static_cast<std::int64_t>(found.clock_jumps)},
        {"public_key", found.key},
        {"stretches", std::move(stretches)},
        {"problem", found.problem},
        {"broken_at", nullptr},
    };
    if (found.broken_at) {
        out["broken_at"] = static_cast<std::int64_t>(*found.broken_at);
    }
    std::cout << json::serialize(out) << std::endl;
    if (!found.problem.empty()) {
        throw Stopped({Fault::store_damaged, found.problem});
    }
    return exit_ok;
}

int decode(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--bus", "--lang"}, {});
    const auto bus = arguments.need("--bus");
    if (bus != "can" && bus != "legacy" && bus != "uds" && bus != "j1939") {
        throw UsageError("--bus must be can, legacy, uds or j1939");
    }
    if (arguments.words().empty()) {
        throw UsageError("decode needs hex bytes");
    }
    const auto& words = arguments.words();
    const auto meaning =
        bus == "uds" ? obd::uds_meaning_of_text(words)
        : bus == "j1939"
            ? obd::j1939_meaning_of_text(words)
            : obd::meaning_of_text(words, bus == "can" ? obd::Framing::can : obd::Framing::legacy);
    if (meaning.has_error()) {
        throw Stopped(meaning.error());
    }
    std::cout << json::serialize(meaning.value()) << "\n";
    return exit_ok;
}

int explain(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--lang"}, {});
    const auto& words = arguments.words();
    if (const auto code = words.size() == 1 ? obd::Dtc::from_text(words[0]) : std::nullopt) {
        std::cout << json::serialize(obd::explain_code(*code)) << "\n";
        return exit_ok;
    }
    const auto byte = [&](std::size_t at) -> std::optional<std::uint8_t> {
        const auto bytes = at < words.size() ? protocols::from_hex(words[at]) : std::nullopt;
        return bytes && bytes->size() == 1 ? std::optional(bytes->front()) : std::nullopt;
    };
    const bool scaling = words.size() == 2 && words[0] == "uas" && byte(1);
    const bool service =
        !words.empty() && words.size() <= 2 && byte(0) && (words.size() == 1 || byte(1));
    if (!scaling && !service) {
        throw UsageError(
            "explain needs a service and an identifier in hex, a scaling or a code: explain 01 0C, "
            "explain 09 06, explain 08, explain uas 0A, explain P0420"
        );
    }
    const auto said =
        scaling ? obd::explain_scaling(*byte(1)) : obd::explain_service(*byte(0), byte(1));
    if (said.has_error()) {
        throw Stopped(said.error());
    }
    std::cout << json::serialize(said.value()) << "\n";
    return exit_ok;
}

}  // namespace ui::terminal
