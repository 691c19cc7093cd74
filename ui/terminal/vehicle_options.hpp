#pragma once

#include "station/criteria/from_snapshot.hpp"
#include "ui/terminal/arguments.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace ui::terminal {

/// `--vehicle plate=…,vin=…,year=…,fuel=…,gvwr=…,obd=…`, `--lamp key-on=yes|no,running=yes|no`,
/// `--connector ok|missing|intermediate_device`, `--visit N`, `--previous VERDICT`. UsageError.
[[nodiscard]] station::criteria::Stated stated_from(const Arguments& arguments);

/// Names of vehicle options still missing among those a programme needs.
[[nodiscard]] std::vector<std::string> missing_options(
    const station::criteria::Stated& stated, const std::vector<std::string>& needed
);

/// Asks on the terminal for what was not stated, in the user's language.
void ask_about_lamp(station::criteria::Stated& stated, bool spanish);

/// How long a lost adapter is waited for: `--reconnect SECONDS`, 30 unless stated.
[[nodiscard]] std::chrono::seconds reconnect_of(const Arguments& arguments);

}  // namespace ui::terminal
