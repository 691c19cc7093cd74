#include "protocols/link/endpoint.hpp"

#include "protocols/doip/message.hpp"

#include <charconv>
#include <optional>

namespace protocols::link {
namespace {

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
    Number value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

}  // namespace

std::string Endpoint::text() const {
    if (kind == Kind::j2534) {
        return "j2534:" + device;
    }
    if (kind == Kind::doip) {
        const auto at = port == doip::port ? "" : ":" + std::to_string(port);
        return "doip:" + (asked.empty() ? device + at : "any@" + asked + at);
    }
    if (kind == Kind::tcp) {
        return "tcp:" + device + ":" + std::to_string(port);
    }
    return "serial:" + device + "@" + std::to_string(baud);
}

Result<Endpoint> read_endpoint(std::string_view text) {
    const Failure bad{
        Fault::malformed, "\"" + std::string(text) +
                              "\" is not an adapter: use serial:DEVICE[@BAUD], tcp:HOST:PORT, "
                              "j2534:NAME, doip:HOST or doip:any"};
    Endpoint endpoint;
    if (text.starts_with("tcp:")) {
        text.remove_prefix(4);
        const auto colon = text.rfind(':');
        if (colon == text.npos || colon == 0) {
            return bad;
        }
        const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
        if (!port || *port == 0) {
            return bad;
        }
        endpoint.kind = Endpoint::Kind::tcp;
        endpoint.device = text.substr(0, colon);
        endpoint.port = *port;
        return endpoint;
    }
    if (text.starts_with("doip:")) {
        text.remove_prefix(5);
        endpoint.kind = Endpoint::Kind::doip;
        endpoint.port = doip::port;
        // More than one colon: an address of IPv6, which has no port here.
        if (const auto colon = text.find(':');
            colon != text.npos && text.find(':', colon + 1) == text.npos) {
            const auto port = whole_number<std::uint16_t>(text.substr(colon + 1));
            if (!port || *port == 0) {
                return bad;
            }
            endpoint.port = *port;
            text = text.substr(0, colon);
        }
        if (text == "any") {
            endpoint.asked = "255.255.255.255";
        } else if (text.starts_with("any@")) {
            endpoint.asked = text.substr(4);
        } else {
            endpoint.device = text;
        }
        const bool nothing = endpoint.device.empty() && endpoint.asked.empty();
        return nothing ? Result<Endpoint>(bad) : Result<Endpoint>(endpoint);
    }
    if (text.starts_with("j2534:")) {
        text.remove_prefix(6);
        endpoint.kind = Endpoint::Kind::j2534;
        endpoint.device = text;
        return text.empty() ? Result<Endpoint>(bad) : Result<Endpoint>(endpoint);
    }
    if (!text.starts_with("serial:")) {
        return bad;
    }
    text.remove_prefix(7);
    if (const auto at = text.rfind('@'); at != text.npos) {
        const auto baud = whole_number<std::uint32_t>(text.substr(at + 1));
        if (!baud || *baud == 0) {
            return bad;
        }
        endpoint.baud = *baud;
        text = text.substr(0, at);
    }
    if (text.empty()) {
        return bad;
    }
    endpoint.device = text;
    return endpoint;
}

}  // namespace protocols::link
