#include "protocols/elm327/heavy.hpp"

#include "protocols/base/text.hpp"
#include "protocols/elm327/reply.hpp"
#include "protocols/j1939/groups.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace protocols::elm327 {
namespace {

constexpr std::size_t header_digits = 8;
constexpr std::size_t frame_bytes = 8;  // of every answer (SAE J1939-21 5.1.3)

/// Reads one line; nullopt when it is none of SAE J1939.
std::optional<j1939::Frame> frame_from(const std::string& line) {
    const auto text = compact(line);
    const auto data = text.size() > header_digits
                          ? from_hex(std::string_view(text).substr(header_digits))
                          : std::nullopt;
    const auto head = from_hex(std::string_view(text).substr(0, header_digits));
    if (!data || data->empty() || data->size() > frame_bytes || !head) {
        return std::nullopt;
    }
    std::uint32_t number = 0;
    for (const auto byte : *head) {
        number = number << 8 | byte;
    }
    // Priority and 18 bits: the second digit holds two of them. A whole identifier of a diagnostic
    // message begins with 18 or 1C, never with a second digit below four.
    constexpr std::uint32_t second_digit = 0x0C00'0000;
    const auto priority = number >> 28;
    constexpr std::uint32_t priority_max = 7;
    j1939::Frame frame;
    if ((number & second_digit) == 0 && priority <= priority_max) {
        number = priority << 26 | (number & 0x03FF'FFFF);
    }
    frame.id = j1939::id_from(number);
    frame.data = *data;
    return frame;
}

}  // namespace

const std::vector<HeavyCommand>& heavy_entry(bus::Protocol protocol) {
    static const std::vector<HeavyCommand> slow{{"ATTPA", true}, {"ATAT0"}, {"ATST96"}};
    static const std::vector<HeavyCommand> fast{
        {"ATPB4201", true}, {"ATTPB", true}, {"ATAT0"}, {"ATST96"}};
    return protocol == bus::Protocol::j1939 ? slow : fast;
}

const std::vector<HeavyCommand>& heavy_exit() {
    static const std::vector<HeavyCommand> commands{{"ATAT1"}, {"ATST32"}};
    return commands;
}

bus::Answer sort_group_lines(const bus::Request& request, const std::vector<std::string>& lines) {
    const auto group = j1939::group_of(request);
    // Passive: the adapter grants and acknowledges transfers by itself.
    j1939::Receiver receiver;
    j1939::Heard heard;
    std::set<std::uint8_t> unannounced;  ///< Nobody can say of which group, or how long.
    std::vector<std::string> problems;
    for (const auto& line : lines) {
        const auto frame = frame_from(line);
        if (!frame) {
            problems.push_back("not a frame: " + printable(line));
            continue;
        }
        const auto source = frame->id.source;
        const auto under_way = receiver.under_way();
        const bool announced =
            std::ranges::count(under_way, source, &std::pair<std::uint8_t, std::uint32_t>::first) >
            0;
        if (frame->id.group == j1939::transfer_group && !announced) {
            unannounced.insert(source);
            continue;
        }
        if (frame->data.size() != frame_bytes) {  // some of it was lost on its way
            if (frame->id.group == group) {
                heard.in_part.insert(source);
            }
            problems.push_back("a frame is cut short: " + printable(line));
            continue;
        }
        auto out = receiver.take(*frame, Instant{});
        if (out.error) {
            heard.in_part.insert(source);
        }
        if (out.message) {
            heard.messages.push_back(std::move(*out.message));
        }
    }
    for (const auto& [source, of] : receiver.under_way()) {
        if (of == group) {
            heard.in_part.insert(source);
        }
    }
    for (const auto source : unannounced) {
        // A message of several frames may have ended with one of another message.
        std::erase_if(heard.messages, [&](const j1939::Message& one) {
            return one.group == group && one.source == source && one.data.size() > frame_bytes;
        });
        const bool told = std::ranges::any_of(heard.messages, [&](const j1939::Message& one) {
            return one.group == group && one.source == source;
        });
        if (!told) {
            heard.in_part.insert(source);
        }
    }
    auto answer = j1939::answer_from(request, heard);
    answer.problems = std::move(problems);
    return answer;
}

}  // namespace protocols::elm327
