#include "station/app/rehearsal.hpp"
#include "station/criteria/judge.hpp"
#include "station/criteria/lint.hpp"
#include "station/criteria/page.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"

#include <boost/json/serialize.hpp>

#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace ui::terminal {
namespace {

namespace rules = station::criteria;
namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using station::report::Language;

json::object both(const rules::BothLanguages& texts) {
    return {{"es", texts.es}, {"en", texts.en}};
}

void say_judgement(const rules::Profile& profile, const rules::Judgement& judgement, bool spanish) {
    const auto pick = [&](const rules::BothLanguages& texts) {
        return spanish ? texts.es : texts.en;
    };
    std::cerr << pick(profile.name) << (profile.variant.empty() ? "" : " (" + profile.variant + ")")
              << ": " << pick(profile.words.at(judgement.verdict)) << "\n";
    for (const auto& reason : judgement.reasons) {
        std::cerr << "  · " << pick(rules::words(profile, judgement, reason));
        for (const auto& result : judgement.rules) {
            const bool about = result.reached && result.rule->decides &&
                               result.outcome == rules::Outcome::fail &&
                               result.rule->reason == reason;
            const bool open = reason == rules::evidence_incomplete && result.reached &&
                              result.rule->decides && result.rule->blocks_when_unknown &&
                              result.outcome == rules::Outcome::not_determined;
            if (about || open) {
                std::cerr << " [" << result.rule->id << ", " << result.rule->clause << "]";
            }
        }
        std::cerr << "\n";
    }
}

json::array complaints_json(const std::vector<rules::Complaint>& complaints) {
    json::array all;
    for (const auto& one : complaints) {
        auto object = both(one.what);
        object["pointer"] = one.pointer;
        object["line"] = one.line;
        all.push_back(std::move(object));
    }
    return all;
}

void say_complaints(
    const std::string& file, const std::vector<rules::Complaint>& complaints, bool spanish
) {
    for (const auto& one : complaints) {
        std::cerr << file << ":" << one.line << ": " << one.pointer << " "
                  << (spanish ? one.what.es : one.what.en) << "\n";
    }
}

/// The examples that stand beside a profile's file, or are built in with it.
std::string examples_beside(const std::string& name, const Arguments& arguments) {
    if (arguments.has("--examples")) {
        return file_text(arguments.get("--examples"));
    }
    if (!name.ends_with(".json")) {
        return rules::examples_text(name);
    }
    constexpr std::string_view ending = ".json";
    const auto beside = name.substr(0, name.size() - ending.size()) + ".examples.json";
    return std::filesystem::exists(beside) ? file_text(beside) : std::string();
}

int lint(const Arguments& arguments, bool spanish) {
    if (arguments.words().size() != 2) {
        throw UsageError("criteria lint needs a FILE.json or the id of a built-in programme");
    }
    const auto& name = arguments.words()[1];
    const auto criteria = criteria_at(name);
    const auto complaints = rules::lint_profile(criteria.source, criteria.tables);
    const auto examples = examples_beside(name, arguments);
    rules::ExampleReport report;
    if (complaints.empty() && examples.empty()) {
        report.complaints.push_back(
            {"",
             1,
             {"no hay ejemplos: escribe un archivo .examples.json junto al perfil",
              "there are no examples: write a file .examples.json beside the profile"}}
        );
    } else if (complaints.empty()) {
        report = rules::run_examples(criteria.source, examples, criteria.tables);
    }
    say_complaints(name, complaints, spanish);
    say_complaints(name + " (examples)", report.complaints, spanish);
    const bool good = complaints.empty() && report.complaints.empty();
    if (good) {
        std::cerr << name
                  << (spanish ? ": correcto, ejemplos probados: " : ": good, examples run: ")
                  << report.checked << "\n";
    }
    std::cout << json::serialize(json::object{
                     {"ok", good},
                     {"complaints", complaints_json(complaints)},
                     {"examples", report.checked},
                     {"example_complaints", complaints_json(report.complaints)}})
              << "\n";
    return good ? exit_ok : exit_error;
}

int show(const Arguments& arguments, bool spanish) {
    if (arguments.words().size() != 2) {
        throw UsageError("criteria show needs the id of a programme or a FILE.json");
    }
    const auto loaded = load_profile(arguments.words()[1], arguments.get("--variant"));
    std::cout << rules::page(loaded.profile, spanish);
    return exit_ok;
}

json::object change_json(const station::app::Change& change) {
    json::array differing;
    for (const auto& rule : change.rules) {
        differing.push_back(json::object{
            {"id", rule.id}, {"before", rule.before}, {"after", rule.after}});
    }
    return {
        {"sequence", static_cast<std::int64_t>(change.sequence)},
        {"inspection", change.inspection},
        {"plate", change.plate},
        {"vin", change.vin},
        {"before", rules::id(change.before)},
        {"after", rules::id(change.after)},
        {"rules", std::move(differing)},
    };
}

int difference(const Arguments& arguments, bool spanish) {
    if (arguments.words().size() != 3) {
        throw UsageError("criteria diff needs two programmes, OLD and NEW, and --station DIR");
    }
    const auto before = load_profile(arguments.words()[1]);
    const auto after = load_profile(arguments.words()[2]);
    const bool shown = ::isatty(STDERR_FILENO) == 1;
    const auto found = value_or_stop(station::app::rehearse(
        arguments.need("--station"), before.profile, after.profile,
        [&](std::uint64_t done, std::uint64_t all) {
            if (shown) {
                std::cerr << "\r" << done << " / " << all << (done == all ? "\n" : "")
                          << std::flush;
            }
        }
    ));
    json::array changes;
    std::map<std::pair<rules::Verdict, rules::Verdict>, std::int64_t> kinds;
    for (const auto& change : found.changes) {
        changes.push_back(change_json(change));
        ++kinds[{change.before, change.after}];
    }
    json::array moved;
    for (const auto& [kind, count] : kinds) {
        moved.push_back(json::object{
            {"before", rules::id(kind.first)}, {"after", rules::id(kind.second)}, {"count", count}}
        );
        std::cerr << rules::id(kind.first) << " → " << rules::id(kind.second) << ": " << count
                  << "\n";
    }
    std::cerr << (spanish ? "Inspecciones juzgadas: " : "Inspections judged: ") << found.judged
              << (spanish ? "; cambiarían: " : "; would change: ") << found.changes.size() << "\n";
    if (found.unreadable > 0) {
        std::cerr << (spanish ? "Registros con datos que este programa no entiende: "
                              : "Records with facts this program does not understand: ")
                  << found.unreadable << "\n";
    }
    std::cout << json::serialize(json::object{
                     {"judged", static_cast<std::int64_t>(found.judged)},
                     {"without_facts", static_cast<std::int64_t>(found.without_facts)},
                     {"unreadable", static_cast<std::int64_t>(found.unreadable)},
                     {"moved", std::move(moved)},
                     {"changes", std::move(changes)}})
              << "\n";
    return exit_ok;
}

}  // namespace

int judge_by(
    const std::vector<LoadedProfile>& programmes,
    const rules::Facts& facts,
    bool assume_applicable,
    bool spanish
) {
    json::array all;
    int exit = exit_ok;
    for (const auto& one : programmes) {
        const auto judgement = rules::judge(one.profile, facts, assume_applicable);
        if (programmes.size() > 1) {
            say_judgement(one.profile, judgement, spanish);
        }
        exit = exit == exit_ok ? exit_code(judgement.verdict) : exit;
        all.push_back(rules::to_json(judgement, one.profile));
    }
    std::cout << json::serialize(
                     all.size() == 1 ? all[0] : json::value{{"programmes", std::move(all)}}
                 )
              << "\n";
    return exit;
}

int judge(int argc, char** argv) {
    const Arguments arguments(argc, argv, 2, {"--profile", "--variant", "--facts", "--lang"}, {});
    (void)arguments.need("--profile");
    const auto path = arguments.get("--facts", "-");
    const auto text = file_text(path);
    auto parsed = rules::parse_json(text);
    if (parsed.has_error()) {
        throw Stopped({Fault::malformed, path + ": " + parsed.error().detail});
    }
    auto variant = arguments.get("--variant");
    const auto names = arguments.all("--profile");
    const auto* object = parsed.value().if_object();
    if (object != nullptr && variant.empty() && names.size() == 1) {
        const auto* stated = object->if_contains("variant");
        if (stated != nullptr && stated->is_string()) {
            variant = std::string(stated->get_string());
        }
    }
    std::vector<LoadedProfile> programmes;
    for (const auto& name : names) {
        programmes.push_back(load_profile(name, variant));
    }
    auto facts = rules::read_facts(parsed.value(), text);
    if (facts.has_error()) {
        throw Stopped({Fault::malformed, path + ": " + facts.error().detail});
    }
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    return judge_by(programmes, facts.value(), false, spanish);
}

int programme(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2, {"--variant", "--examples", "--station", "--lang"}, {}
    );
    const bool spanish = language(arguments.get("--lang")) == Language::spanish;
    const auto what = arguments.words().empty() ? std::string() : arguments.words().front();
    if (what == "lint") {
        return lint(arguments, spanish);
    }
    if (what == "show") {
        return show(arguments, spanish);
    }
    if (what == "diff") {
        return difference(arguments, spanish);
    }
    throw UsageError("criteria needs lint, show or diff");
}

}  // namespace ui::terminal
