#include "ui/terminal/commands.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace ui::terminal {

using protocols::Failure;
using protocols::Fault;
using station::criteria::Verdict;

int exit_code(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
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

std::string file_text(const std::string& path) {
    std::ostringstream text;
    if (path == "-") {
        text << std::cin.rdbuf();
        return text.str();
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw Stopped({Fault::malformed, path + ": cannot be read"});
    }
    text << file.rdbuf();
    if (file.bad()) {
        throw Stopped({Fault::malformed, path + ": cannot be read"});
    }
    return text.str();
}

LoadedProfile load_profile(const std::string& name, std::string variant) {
    auto base = name;
    if (const auto at = name.rfind('@'); at != name.npos) {
        base = name.substr(0, at);
        variant = variant.empty() ? name.substr(at + 1) : variant;
    }
    LoadedProfile loaded;
    const bool file = base.ends_with(".json");
    loaded.source = file ? file_text(base) : value_or_stop(station::criteria::profile_text(base));
    auto profile = station::criteria::read_profile(loaded.source, variant);
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

}  // namespace ui::terminal
