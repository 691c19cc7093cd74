#pragma once

#include "protocols/base/hex.hpp"
#include "protocols/simulator/elm.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <random>
#include <string>

namespace tests {

/// A simulated adapter on a bad cable, in a bad mood: drops, cuts, doubles, delays and reorders
/// what it should say, swallows what it is told, restarts, and says words at random. It never
/// invents vehicle data that nothing could tell from real data: digits are only changed on buses
/// whose frames carry a checksum. The same seed does the same.
class HostileElm : public protocols::simulator::Answering {
public:
    HostileElm(
        protocols::simulator::Vehicle vehicle,
        const protocols::simulator::Dialect& dialect,
        std::uint32_t baud,
        std::uint64_t seed
    )
        : random_(seed),
          changes_digits_(protocols::bus::is_legacy(vehicle.protocol)),
          elm_(std::move(vehicle), dialect, baud) {
        badness_ = 1 + below(12);  // from nearly good to hopeless, in 1/400 a line
    }

    void receive(std::string_view bytes, protocols::Instant now) override {
        std::string heard(bytes);
        if (strikes() && !heard.empty()) {
            heard.erase(below(heard.size()), 1 + below(3));
        }
        with_checksum_ = (with_checksum_ || heard == "ATH1\r") && heard != "ATZ\r";
        elm_.receive(heard, now);
    }

    void host_baud(std::uint32_t baud) override { elm_.host_baud(baud); }

    [[nodiscard]] std::optional<protocols::Instant> due() const override {
        const auto inner = elm_.due();
        if (queue_.empty()) {
            return inner;
        }
        return inner ? std::min(*inner, queue_.front().at) : queue_.front().at;
    }

    [[nodiscard]] std::string take(protocols::Instant now) override {
        if (const auto inner = elm_.due(); inner && *inner <= now) {
            said(elm_.take(now), now);
        }
        std::string bytes;
        while (!queue_.empty() && queue_.front().at <= now) {
            bytes += queue_.front().bytes;
            queue_.pop_front();
        }
        return bytes;
    }

private:
    struct Piece {
        protocols::Instant at;
        std::string bytes;
    };

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    bool strikes() { return below(400) < badness_; }

    void queue(std::string bytes, protocols::Instant at) {
        const auto place = std::ranges::upper_bound(queue_, at, {}, &Piece::at);
        queue_.insert(place, {at, std::move(bytes)});
    }

    void said(const std::string& bytes, protocols::Instant now) {
        std::string line;
        for (const char c : bytes) {
            line += c;
            if (c == '\r' || c == '>') {
                say_line(std::move(line), now);
                line.clear();
            }
        }
        if (!line.empty()) {
            say_line(std::move(line), now);
        }
    }

    void say_line(std::string line, protocols::Instant now) {
        if (!held_.empty()) {  // the one before comes after this one
            line += held_;
            held_.clear();
        }
        if (!strikes()) {
            return queue(std::move(line), now);
        }
        static constexpr std::array<std::string_view, 16> words{
            "NO DATA\r",        "?\r",         "STOPPED\r",     "CAN ERROR\r",
            "BUFFER FULL\r",    "BUS BUSY\r",  "<RX ERROR\r",   "<DATA ERROR\r",
            "SEARCHING...",     "OK\r",        "LV RESET\r\r>", ">",
            "ELM327 v1.5\r\r>", "ACT ALERT\r", "FB ERROR\r",    "\0\0"};
        const auto at = below(line.size());
        switch (below(9)) {
            case 0:
                return;  // lost
            case 1:
                line.erase(at, 1 + below(4));
                break;
            case 2:
                line.resize(at);
                break;
            case 3:
                line += line;
                break;
            case 4:
                held_ = std::move(line);
                return;
            case 5:
                return queue(std::move(line), now + std::chrono::milliseconds(below(3000)));
            case 6:
                line.insert(below(2) == 0 ? 0 : line.size(), words[below(words.size())]);
                break;
            case 7:
                line = std::string(words[below(words.size())]);
                break;
            default:
                if (changes_digits_ && with_checksum_ && protocols::hex_digit(line[at])) {
                    line[at] = line[at] == '0' ? '8' : '0';
                }
        }
        queue(std::move(line), now);
    }

    std::mt19937_64 random_;
    bool changes_digits_;
    bool with_checksum_ = false;  ///< Headers are on, and so are checksums on legacy buses.
    protocols::simulator::Elm elm_;
    std::size_t badness_ = 0;
    std::deque<Piece> queue_;
    std::string held_;
};

}  // namespace tests
