#include "protocols/elm327/ladder.hpp"

#include <algorithm>
#include <cctype>

namespace protocols::elm327 {
namespace {

// Every version that was sold, oldest first. 1.4a and 1.5 are not among them.
constexpr std::array<std::string_view, 13> released{
    "1.0", "1.0a", "1.1", "1.2", "1.2a", "1.3", "1.3a", "1.4", "1.4b", "2.0", "2.1", "2.2", "2.3",
};

std::size_t age(std::string_view version) {
    return static_cast<std::size_t>(std::ranges::find(released, version) - released.begin());
}

}  // namespace

std::optional<std::string> claimed_version(std::string_view banner) {
    const auto digit = [&](std::size_t at) {
        return at < banner.size() && std::isdigit(static_cast<unsigned char>(banner[at])) != 0;
    };
    for (std::size_t at = 0; at + 3 < banner.size(); ++at) {
        if ((banner[at] != 'v' && banner[at] != 'V') || !digit(at + 1) || banner[at + 2] != '.' ||
            !digit(at + 3)) {
            continue;
        }
        std::string version(banner.substr(at + 1, 3));
        if (at + 4 < banner.size() && std::islower(static_cast<unsigned char>(banner[at + 4]))) {
            version += banner[at + 4];
        }
        return version;
    }
    return std::nullopt;
}

std::string effective_version(const std::array<bool, ladder.size()>& accepted) {
    std::string_view version = "1.0";
    for (std::size_t i = 0; i < ladder.size() && accepted[i]; ++i) {
        version = ladder[i].since;
    }
    return std::string(version);
}

std::string_view id(Contradiction contradiction) {
    static constexpr std::array<std::string_view, 3> ids{
        "never_released", "claims_too_much", "gaps"};
    return ids[static_cast<std::size_t>(contradiction)];
}

std::vector<Contradiction> contradictions(
    std::string_view banner, const std::array<bool, ladder.size()>& accepted, bool stn
) {
    std::vector<Contradiction> found;
    const auto claim = claimed_version(banner);
    if (claim && age(*claim) == released.size()) {
        found.push_back(Contradiction::never_released);
    }
    if (stn) {
        return found;
    }
    const auto known = [&](std::size_t i) { return accepted[i]; };
    for (std::size_t i = 0; i < ladder.size(); ++i) {
        const bool claimed =
            claim && age(ladder[i].since) <= age(*claim) && age(*claim) < released.size();
        if (claimed && !known(i)) {
            found.push_back(Contradiction::claims_too_much);
            break;
        }
    }
    const auto first_unknown = std::ranges::find(accepted, false);
    if (std::find(first_unknown, accepted.end(), true) != accepted.end()) {
        found.push_back(Contradiction::gaps);
    }
    return found;
}

}  // namespace protocols::elm327
