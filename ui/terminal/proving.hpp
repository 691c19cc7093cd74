#pragma once

#include "station/app/people.hpp"
#include "ui/terminal/arguments.hpp"

#include <string>

namespace ui::terminal {

/// `--PREFIX ID`, `--PREFIX-pin-file FILE` and `--PREFIX-code CODE`; asks for the PIN on a
/// terminal.
[[nodiscard]] station::app::Proof proof_of(const Arguments& arguments, const std::string& prefix);
/// Names of these three, for Arguments.
[[nodiscard]] std::set<std::string> proof_options(const std::string& prefix);

/// Who it is: proven where the station has a list of people, as named where it has none. `first`:
/// who it may not be. Refused says why not.
[[nodiscard]] std::string proven(
    station::app::People& people,
    const Arguments& arguments,
    const std::string& prefix,
    station::staff::Role role,
    const std::string& first,
    bool spanish
);

/// The first line of a file. UsageError.
[[nodiscard]] std::string first_line(const std::string& path);

}  // namespace ui::terminal
