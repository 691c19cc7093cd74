#include "ui/terminal/arguments.hpp"

#include "protocols/base/text.hpp"

#include <algorithm>

namespace ui::terminal {

Arguments::Arguments(
    int argc, char** argv, int first, std::set<std::string> options, std::set<std::string> flags
) {
    for (int i = first; i < argc; ++i) {
        const std::string word = argv[i];
        if (!protocols::is_utf8(word)) {
            throw UsageError("\"" + protocols::printable(word) + "\" is not UTF-8 text");
        }
        if (!word.starts_with("--")) {
            words_.push_back(word);
        } else if (flags.contains(word)) {
            values_[word] = "yes";
        } else if (!options.contains(word)) {
            throw UsageError("do not understand \"" + word + "\"");
        } else if (i + 1 == argc) {
            throw UsageError(word + " needs a value");
        } else {
            values_[word] = argv[++i];
            if (!protocols::is_utf8(values_[word])) {
                throw UsageError("the value of " + word + " is not UTF-8 text");
            }
            every_.emplace(word, values_[word]);
        }
    }
}

std::string Arguments::get(const std::string& name, const std::string& fallback) const {
    const auto found = values_.find(name);
    return found == values_.end() ? fallback : found->second;
}

std::vector<std::string> Arguments::all(const std::string& name) const {
    std::vector<std::string> values;
    const auto [begin, end] = every_.equal_range(name);
    for (auto at = begin; at != end; ++at) {
        values.push_back(at->second);
    }
    return values;
}

std::string Arguments::need(const std::string& name) const {
    const auto found = values_.find(name);
    if (found == values_.end() || found->second.empty()) {
        throw UsageError(name + " is needed");
    }
    return found->second;
}

std::map<std::string, std::string> read_pairs(
    const std::string& text, const std::set<std::string>& known
) {
    std::map<std::string, std::string> pairs;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find(',', at), text.size());
        const auto pair = text.substr(at, end - at);
        at = end + 1;
        const auto equals = pair.find('=');
        const auto key = pair.substr(0, equals);
        if (equals == pair.npos || !known.contains(key)) {
            std::string names;
            for (const auto& name : known) {
                names += (names.empty() ? "" : ", ") + name;
            }
            throw UsageError("\"" + pair + "\" is not one of: " + names + " (as name=value)");
        }
        pairs[key] = pair.substr(equals + 1);
    }
    return pairs;
}

}  // namespace ui::terminal
