#include "protocols/simulator/dialect.hpp"

#include <algorithm>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;

const std::vector<Dialect>& dialects() {
    static const std::vector<Dialect> all{
        {.name = "elm327-2.3", .banner = "ELM327 v2.3", .version = 23, .stn = ""},
        {.name = "elm327-1.5-clone",
         .banner = "ELM327 v1.5",
         .version = 14,
         .stn = "",
         .counting = elm327::Counting::none,
         .noise_at_start = true,
         .baud_max = 0,
         .learned_wait = 60ms},
        {.name = "elm327-2.1-clone",
         .banner = "ELM327 v2.1",
         .version = 13,
         .stn = "",
         .counting = elm327::Counting::none,
         .noise_at_start = true,
         .baud_max = 0,
         .keeps_alive = false,
         .agrees_to_anything = true,
         .only_first_flow_control = true,
         .frames_max = 20,
         .volts_error = -1.3,
         .missing = {"PPS", "FE"},
         .learned_wait = 60ms},
        {.name = "stn2255",
         .banner = "ELM327 v1.4b",
         .version = 14,
         .stn = "STN2255 v5.10.3",
         .baud_max = 2'000'000,
         .batches = true,
         .learned_wait = 20ms},
    };
    return all;
}

}  // namespace

const Dialect* find_dialect(std::string_view name) {
    const auto found = std::ranges::find(dialects(), name, &Dialect::name);
    return found == dialects().end() ? nullptr : &*found;
}

std::vector<std::string_view> dialect_names() {
    std::vector<std::string_view> names;
    for (const auto& dialect : dialects()) {
        names.push_back(dialect.name);
    }
    return names;
}

}  // namespace protocols::simulator
