#include "ui/terminal/proving.hpp"

#include "ui/terminal/commands.hpp"

#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <iostream>

namespace ui::terminal {
namespace {

/// Typed without being shown.
std::string typed_pin(const std::string& who) {
    if (::isatty(STDIN_FILENO) != 1) {
        return {};
    }
    std::cerr << "NIP / PIN (" << who << "): ";
    ::termios shown{};
    ::tcgetattr(STDIN_FILENO, &shown);
    ::termios hidden = shown;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &hidden);
    std::string pin;
    std::getline(std::cin, pin);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &shown);
    std::cerr << "\n";
    return pin;
}

}  // namespace

std::string first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line)) {
        throw UsageError(path + " cannot be read");
    }
    return line;
}

std::set<std::string> proof_options(const std::string& prefix) {
    return {"--" + prefix, "--" + prefix + "-pin-file", "--" + prefix + "-code"};
}

station::app::Proof proof_of(const Arguments& arguments, const std::string& prefix) {
    const auto name = "--" + prefix;
    station::app::Proof proof{arguments.get(name), {}, arguments.get(name + "-code")};
    proof.pin = arguments.has(name + "-pin-file") ? first_line(arguments.get(name + "-pin-file"))
                                                  : typed_pin(proof.who);
    return proof;
}

std::string proven(
    station::app::People& people,
    const Arguments& arguments,
    const std::string& prefix,
    station::staff::Role role,
    const std::string& first,
    bool spanish
) {
    if (!people.required()) {
        return arguments.get("--" + prefix);
    }
    (void)arguments.need("--" + prefix);
    const auto second = value_or_stop(people.second(proof_of(arguments, prefix), role, first));
    if (second.refused) {
        throw Refused(spanish ? second.refused->es : second.refused->en);
    }
    return second.id;
}

}  // namespace ui::terminal
