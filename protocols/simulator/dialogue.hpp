#pragma once

#include "protocols/simulator/elm.hpp"

#include <deque>
#include <map>
#include <string>
#include <vector>

namespace protocols::simulator {

/// A recorded conversation of a real vehicle and adapter: requests and the text that came back.
struct Dialogue {
    struct Exchange {
        std::string request;  ///< Compact, e.g. `0100`.
        std::string raw;      ///< Reply text without its prompt.
        bool prompt = true;   ///< False: no prompt was seen.
    };
    std::string id;
    bus::Protocol protocol = bus::Protocol::can11_500;
    std::vector<Exchange> exchanges;
};

/// Reads one line of a dialogue file: `{id, protocol, exchanges: [{req, raw, prompt}]}`; other keys
/// are ignored. Fault: malformed.
[[nodiscard]] Result<Dialogue> read_dialogue(std::string_view json_line);

/// Answers what was recorded, in recorded order when a request was made several times; adapter
/// settings that were not recorded are accepted, vehicle requests that were not are `NO DATA`. Many
/// recordings begin after the tester knew what the vehicle supports: where service 01 PID 00 was
/// never asked, the support bitmaps are computed from the PIDs that each control unit answered.
class DialoguePlayer : public Answering {
public:
    explicit DialoguePlayer(const Dialogue& dialogue);

    void receive(std::string_view bytes, Instant now) override;
    [[nodiscard]] std::optional<Instant> due() const override;
    [[nodiscard]] std::string take(Instant now) override;

private:
    [[nodiscard]] std::string answer(const std::string& command);
    void complete_support();

    bus::Protocol protocol_;
    std::map<std::string, std::deque<Dialogue::Exchange>> known_;
    std::string input_;
    std::string output_;
    Instant ready_{};
};

}  // namespace protocols::simulator
