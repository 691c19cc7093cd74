#include "station/app/printing.hpp"

#include "station/app/naming.hpp"
#include "station/certificate/certificate.hpp"
#include "station/records/event.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <vector>

namespace station::app {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

std::string printed_key(std::uint64_t sequence) {
    return "printed:" + std::to_string(sequence);
}

std::string text_of(const json::object& object, std::string_view key, const std::string& other) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : other;
}

/// Runs a program without a shell; what it wrote, and whether it ended well.
struct Ran {
    bool well = false;
    std::string said;
};
Ran run_program(std::vector<std::string> words) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) {
        return {};
    }
    ::posix_spawn_file_actions_t actions{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, pipe[1], STDERR_FILENO);
    std::vector<char*> pointers;
    for (auto& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    ::pid_t child = 0;
    const int failed =
        ::posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    Ran ran;
    std::array<char, 512> piece{};
    while (failed == 0) {
        const auto size = ::read(pipe[0], piece.data(), piece.size());
        if (size <= 0) {
            break;
        }
        ran.said.append(piece.data(), static_cast<std::size_t>(size));
    }
    ::close(pipe[0]);
    if (failed != 0) {
        ran.said = words[0] + " is not installed";
        return ran;
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ran.well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    return ran;
}

}  // namespace

Result<Settings> settings_of(records::Store& store) {
    const auto kept = store.state("settings");
    if (kept.has_error()) {
        return kept.error();
    }
    boost::system::error_code error;
    const auto value = json::parse(kept.value(), error);
    Settings settings;
    if (error || !value.is_object()) {
        return settings;
    }
    const auto& from = value.get_object();
    settings.site = text_of(from, "site", settings.site);
    settings.bay = text_of(from, "bay", settings.bay);
    settings.phone = text_of(from, "phone", settings.phone);
    settings.appeal = text_of(from, "appeal", settings.appeal);
    settings.printer = text_of(from, "printer", settings.printer);
    settings.paper = text_of(from, "paper", settings.paper);
    settings.report_lang = text_of(from, "report_lang", settings.report_lang);
    return settings;
}

Result<void> keep_settings(records::Store& store, const Settings& settings, std::string_view by) {
    const json::object now{
        {"site", settings.site},
        {"bay", settings.bay},
        {"phone", settings.phone},
        {"appeal", settings.appeal},
        {"printer", settings.printer},
        {"paper", settings.paper},
        {"report_lang", settings.report_lang}};
    const auto noted =
        store.note(records::event_body("settings", by, utc_now(), now), [&](sqlite::Database&) {
            return store.set_state("settings", json::serialize(now));
        });
    if (noted.has_error()) {
        return noted.error();
    }
    return boost::outcome_v2::success();
}

Result<int> copies(records::Store& store, std::uint64_t sequence) {
    const auto kept = store.state(printed_key(sequence));
    if (kept.has_error()) {
        return kept.error();
    }
    int count = 0;
    std::from_chars(kept.value().data(), kept.value().data() + kept.value().size(), count);
    return count;
}

Result<report::Sheet> sheet_for(
    records::Store& store, const records::Record& record, int copy, const report::CodeTexts& texts
) {
    boost::system::error_code error;
    const auto body = json::parse(record.body, error);
    const auto* type = error || !body.is_object() ? nullptr : body.get_object().if_contains("type");
    if (type == nullptr || *type == "event" || *type == "reading") {
        return Failure{
            Fault::malformed,
            "record " + std::to_string(record.sequence) + " is no inspection: it has no report"};
    }
    const auto settings = settings_of(store);
    if (settings.has_error()) {
        return settings.error();
    }
    report::Filed filed;
    filed.number = store.station() + "-" + std::to_string(record.sequence);
    filed.hash = seal::hex(record.hash);
    filed.site = settings.value().site;
    filed.bay = settings.value().bay;
    filed.phone = settings.value().phone;
    filed.appeal = settings.value().appeal;
    filed.copy = copy;
    if (const auto made = certificate::of_record(store.station(), record); made.has_value()) {
        auto text = certificate::issue(made.value(), store.signer());
        if (text.has_error()) {
            return text.error();
        }
        filed.certificate = std::move(text.value());
    }
    return report::sheet_of(body, filed, texts);
}

std::filesystem::path report_file(const records::Store& store, std::uint64_t sequence, int copy) {
    const auto folder = store.folder() / "reports";
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    return folder / (store.station() + "-" + std::to_string(sequence) +
                     (copy > 1 ? "-" + std::to_string(copy) : "") + ".pdf");
}

Result<void> print(
    records::Store& store,
    std::uint64_t sequence,
    int copy,
    const std::filesystem::path& file,
    const std::string& queue,
    std::string_view by
) {
    std::vector<std::string> words{"lp", "-s"};
    if (!queue.empty()) {
        words.insert(words.end(), {"-d", queue});
    }
    words.insert(words.end(), {"--", std::filesystem::absolute(file).string()});
    const auto ran = run_program(words);
    if (!ran.well) {
        return Failure{Fault::printer_failed, ran.said};
    }
    const auto noted = store.note(
        records::event_body(
            "print", by, utc_now(),
            {{"of", static_cast<std::int64_t>(sequence)}, {"copy", copy}, {"queue", queue}}
        ),
        [&](sqlite::Database&) {
            return store.set_state(printed_key(sequence), std::to_string(copy));
        }
    );
    if (noted.has_error()) {
        return noted.error();
    }
    return boost::outcome_v2::success();
}

}  // namespace station::app
