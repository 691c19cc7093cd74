#include "protocols/elm327/adapter.hpp"

#include "protocols/elm327/reply.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace protocols::elm327 {

namespace {

constexpr std::array<std::string_view, 4> countings{"unknown", "none", "frames", "messages"};

}  // namespace

std::string_view id(Counting counting) {
    return countings[static_cast<std::size_t>(counting)];
}

std::optional<Counting> counting_from_id(std::string_view id) {
    const auto* found = std::ranges::find(countings, id);
    if (found == countings.end()) {
        return std::nullopt;
    }
    return static_cast<Counting>(found - countings.begin());
}

std::optional<double> read_volts(std::string_view text) {
    auto number = compact(text);
    if (number.ends_with('V')) {
        number.pop_back();
    }
    double volts = 0;
    const auto* end = number.data() + number.size();
    const auto [stop, error] = std::from_chars(number.data(), end, volts);
    constexpr double adapter_maximum = 60;
    if (error != std::errc() || stop != end || volts < 0 || volts > adapter_maximum) {
        return std::nullopt;
    }
    return volts;
}

std::optional<ProtocolNumber> read_protocol_number(std::string_view text) {
    auto digits = compact(text);
    ProtocolNumber number;
    if (digits.size() == 2 && digits[0] == 'A') {
        number.automatic = true;
        digits.erase(0, 1);
    }
    const auto digit = digits.size() == 1 ? hex_digit(digits[0]) : std::nullopt;
    if (!digit || *digit > 12) {
        return std::nullopt;
    }
    number.protocol = static_cast<bus::Protocol>(*digit);
    return number;
}

}  // namespace protocols::elm327
