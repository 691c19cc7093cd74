#include "protocols/simulator/dialogue.hpp"

#include "protocols/elm327/adapter.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/reply.hpp"

#include <boost/json/parse.hpp>

#include <set>

namespace protocols::simulator {
namespace {

namespace json = boost::json;

const json::string* text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value == nullptr ? nullptr : value->if_string();
}

}  // namespace

Result<Dialogue> read_dialogue(std::string_view json_line) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(json_line.data(), json_line.size()), error);
    if (error || !value.is_object()) {
        return Failure{Fault::malformed, "the dialogue is not a JSON object on one line"};
    }
    const auto& object = value.as_object();
    Dialogue dialogue;
    if (const auto* id = text_of(object, "id")) {
        dialogue.id = *id;
    }
    if (const auto* protocol = text_of(object, "protocol")) {
        const auto number = elm327::read_protocol_number(*protocol);
        if (number && number->protocol != bus::Protocol::undecided) {
            dialogue.protocol = number->protocol;
        }
    }
    const auto* exchanges = object.if_contains("exchanges");
    if (exchanges == nullptr || !exchanges->is_array()) {
        return Failure{Fault::malformed, "the dialogue has no list \"exchanges\""};
    }
    for (const auto& item : exchanges->as_array()) {
        const auto* entry = item.if_object();
        const auto* request = entry == nullptr ? nullptr : text_of(*entry, "req");
        const auto* raw = entry == nullptr ? nullptr : text_of(*entry, "raw");
        if (request == nullptr || raw == nullptr) {
            return Failure{Fault::malformed, "every exchange needs the texts \"req\" and \"raw\""};
        }
        const auto* prompt = entry->if_contains("prompt");
        const bool prompted = prompt == nullptr || *prompt != json::value(false);
        dialogue.exchanges.push_back(
            {elm327::compact(std::string_view(*request)), std::string(*raw), prompted}
        );
    }
    return dialogue;
}

DialoguePlayer::DialoguePlayer(const Dialogue& dialogue) : protocol_(dialogue.protocol) {
    for (const auto& exchange : dialogue.exchanges) {
        known_[exchange.request].push_back(exchange);
    }
    complete_support();
}

void DialoguePlayer::complete_support() {
    if (known_.contains("0100") || !bus::is_can(protocol_)) {
        return;
    }
    std::map<bus::EcuAddress, std::set<std::uint8_t>> answered;
    for (const auto& [request, exchanges] : known_) {
        for (const auto& exchange : exchanges) {
            const auto reply = elm327::read_reply(exchange.raw, request);
            for (const auto& message : elm327::read_frames(reply.lines, protocol_).messages) {
                if (request.starts_with("01") && message.data.size() > 2 &&
                    message.data[0] == 0x41) {
                    answered[message.source].insert(message.data[1]);
                }
            }
        }
    }
    for (const auto& [unit, pids] : answered) {
        const std::vector<std::uint8_t> list(pids.begin(), pids.end());
        for (int base = 0; base < *pids.rbegin(); base += 0x20) {
            const auto range = static_cast<std::uint8_t>(base);
            Bytes frame{0x06, 0x41, range};
            const auto bits = support_bitmap(range, list);
            frame.insert(frame.end(), bits.begin(), bits.end());
            auto& exchange = known_["01" + to_hex(range)];
            exchange.resize(1);
            exchange[0].raw += unit.text() + to_hex(frame) + '\r';
        }
    }
}

void DialoguePlayer::receive(std::string_view bytes, Instant now) {
    for (const char c : bytes) {
        if (c == '\r') {
            output_ += answer(elm327::compact(std::exchange(input_, {})));
            ready_ = now + std::chrono::milliseconds(1);
        } else {
            input_ += c;
        }
    }
}

std::string DialoguePlayer::answer(const std::string& command) {
    auto found = known_.find(command);
    if (found == known_.end() && command.size() % 2 == 1) {
        found = known_.find(command.substr(0, command.size() - 1));
    }
    if (found != known_.end()) {
        auto& list = found->second;
        const auto exchange = list.front();
        if (list.size() > 1) {
            list.pop_front();
        }
        return exchange.raw + (exchange.prompt ? "\r\r>" : "");
    }
    if (command.starts_with("ATTP") || command.starts_with("ATSP")) {
        // Only the recorded bus exists: others find nothing.
        const auto number = elm327::read_protocol_number(command.substr(4));
        const bool right = number && (number->protocol == protocol_ ||
                                      number->protocol == bus::Protocol::undecided);
        return right ? "OK\r\r>" : "?\r\r>";
    }
    if (command == "ATZ" || command == "ATI") {
        return "\r\rELM327 v1.4\r\r>";
    }
    if (command == "ATDPN") {
        return "A" + std::to_string(static_cast<int>(protocol_)) + "\r\r>";
    }
    if (command == "ATRV") {
        return "12.6V\r\r>";
    }
    if (command.starts_with("AT")) {
        return "OK\r\r>";
    }
    return command.starts_with("ST") ? "?\r\r>" : "NO DATA\r\r>";
}

std::optional<Instant> DialoguePlayer::due() const {
    if (output_.empty()) {
        return std::nullopt;
    }
    return ready_;
}

std::string DialoguePlayer::take(Instant now) {
    return now < ready_ ? std::string() : std::exchange(output_, {});
}

}  // namespace protocols::simulator
