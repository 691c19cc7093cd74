#include "ui/terminal/commands.hpp"

#include "station/app/bundles.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>

namespace ui::terminal {

namespace criteria = station::criteria;
using protocols::Failure;
using protocols::Fault;
using station::criteria::Verdict;

int exit_code(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
        case Verdict::none:
            return 0;
        case Verdict::fail:
            return 10;
        case Verdict::not_ready:
            return 11;
        case Verdict::no_comm:
            return 12;
        case Verdict::refer:
            return 13;
        case Verdict::not_applicable:
            return 14;
        case Verdict::invalid:
            return 15;
    }
    return exit_error;
}

station::report::Language language(const std::string& chosen) {
    std::string wanted = chosen;
    for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
        const char* value = wanted.empty() ? std::getenv(name) : nullptr;
        if (value != nullptr) {
            wanted = value;
        }
    }
    return wanted.starts_with("en") ? station::report::Language::english
                                    : station::report::Language::spanish;
}

namespace {

/// More than any transcript, station export or profile has; a wrong file is not read to its end.
constexpr std::size_t longest_file = std::size_t{64} * 1024 * 1024;

std::string all_of(std::istream& stream, const std::string& name) {
    std::string text;
    std::array<char, 65536> piece{};
    while (stream.read(piece.data(), piece.size()) || stream.gcount() > 0) {
        text.append(piece.data(), static_cast<std::size_t>(stream.gcount()));
        if (text.size() > longest_file) {
            throw Stopped({Fault::malformed, name + ": larger than 64 MiB"});
        }
    }
    if (stream.bad()) {
        throw Stopped({Fault::malformed, name + ": cannot be read"});
    }
    return text;
}

/// Tables built in, and those in a folder `tables` beside or above the profile's file.
criteria::Tables tables_near(const std::filesystem::path& file) {
    auto tables = criteria::built_in_tables();
    const auto folder = std::filesystem::absolute(file).parent_path();
    for (const auto& near : {folder / "tables", folder.parent_path() / "tables"}) {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(near, none)) {
            if (entry.path().extension() != ".json") {
                continue;
            }
            auto table = criteria::read_table(file_text(entry.path().string()));
            if (table.has_error()) {
                throw Stopped(
                    {Fault::malformed, entry.path().string() + ": " + table.error().detail}
                );
            }
            tables[table.value()->id] = table.value();
        }
    }
    return tables;
}

}  // namespace

std::string file_text(const std::string& path) {
    if (path == "-") {
        return all_of(std::cin, path);
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Stopped({Fault::malformed, path + ": cannot be read"});
    }
    return all_of(file, path);
}

CriteriaSource criteria_at(const std::string& name) {
    if (name.ends_with(".json")) {
        return {file_text(name), tables_near(name)};
    }
    return {value_or_stop(criteria::profile_text(name)), criteria::built_in_tables()};
}

LoadedProfile load_profile(
    const std::string& name, std::string variant, const std::string& station
) {
    auto base = name;
    if (const auto at = name.rfind('@'); at != name.npos) {
        base = name.substr(0, at);
        variant = variant.empty() ? name.substr(at + 1) : variant;
    }
    LoadedProfile loaded;
    const auto installed = station.empty() || base.ends_with(".json")
                               ? std::optional<station::app::Installed>()
                               : value_or_stop(station::app::installed_bundle(station));
    const auto ours = installed ? installed->profile(base) : std::nullopt;
    auto found = ours ? CriteriaSource{*ours, installed->tables} : criteria_at(base);
    if (ours) {
        loaded.bundle = installed->name;
    }
    loaded.source = std::move(found.source);
    loaded.tables = std::move(found.tables);
    auto profile = criteria::read_profile(loaded.source, variant, loaded.tables);
    if (profile.has_error()) {
        throw Stopped({Fault::malformed, base + ": " + profile.error().detail});
    }
    loaded.profile = std::move(profile.value());
    return loaded;
}

void write_transcript(
    const std::string& path, const protocols::transcript::Transcript& transcript
) {
    std::ofstream file(path, std::ios::binary);
    file << protocols::transcript::to_text(transcript);
    file.flush();
    if (!file) {
        throw Stopped({Fault::store_read_only, path});
    }
}

station::records::Record record_named(const Arguments& arguments, station::records::Store& store) {
    std::uint64_t sequence = 0;
    try {
        sequence = std::stoull(arguments.need("--sequence"));
    } catch (const std::logic_error&) {
        throw UsageError("--sequence needs a number");
    }
    auto record = value_or_stop(store.record(sequence));
    if (!record) {
        throw UsageError("there is no record " + std::to_string(sequence));
    }
    return std::move(*record);
}

}  // namespace ui::terminal
