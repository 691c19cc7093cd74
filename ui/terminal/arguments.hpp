#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace ui::terminal {

/// A command line that cannot be understood; the text says what to do.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Understood and not done; the text, in the person's language, says why and what to do.
struct Refused : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// `--name value` pairs and the words between them.
class Arguments {
public:
    /// `flags` take no value; `options` take one, the last counts where one is repeated. Anything
    /// else that begins with -- is refused.
    Arguments(
        int argc, char** argv, int first, std::set<std::string> options, std::set<std::string> flags
    );

    [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
    [[nodiscard]] std::string get(const std::string& name, const std::string& fallback = "") const;
    /// Every value of an option that may be given several times.
    [[nodiscard]] std::vector<std::string> all(const std::string& name) const;
    /// Refuses the command line when the option is missing.
    [[nodiscard]] std::string need(const std::string& name) const;
    [[nodiscard]] const std::vector<std::string>& words() const { return words_; }

private:
    std::map<std::string, std::string> values_;
    std::multimap<std::string, std::string> every_;
    std::vector<std::string> words_;
};

/// `a=1,b=2`; refuses keys that are not in `known`.
[[nodiscard]] std::map<std::string, std::string> read_pairs(
    const std::string& text, const std::set<std::string>& known
);

}  // namespace ui::terminal
