#include "protocols/simulator/dialect.hpp"

#include <algorithm>
#include <array>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;

constexpr std::array dialects{
    Dialect{.name = "elm327-2.3", .banner = "ELM327 v2.3", .version = 23, .stn = ""},
    Dialect{
        .name = "elm327-1.5-clone",
        .banner = "ELM327 v1.5",
        .version = 14,
        .stn = "",
        .counts_frames = false,
        .noise_at_start = true,
        .baud_max = 0,
        .learned_wait = 60ms},
    Dialect{
        .name = "stn2255",
        .banner = "ELM327 v1.4b",
        .version = 14,
        .stn = "STN2255 v5.6.19",
        .baud_max = 2'000'000,
        .learned_wait = 20ms},
};

}  // namespace

const Dialect* find_dialect(std::string_view name) {
    const auto found = std::ranges::find(dialects, name, &Dialect::name);
    return found == dialects.end() ? nullptr : &*found;
}

std::vector<std::string_view> dialect_names() {
    std::vector<std::string_view> names;
    for (const auto& dialect : dialects) {
        names.push_back(dialect.name);
    }
    return names;
}

}  // namespace protocols::simulator
