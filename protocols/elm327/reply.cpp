#include "protocols/elm327/reply.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace protocols::elm327 {
namespace {

struct Phrase {
    std::string_view text;  ///< Compact form.
    Remark remark;
};

// Searched in this order, anywhere in the compact line. None can be part of hex data.
constexpr std::array phrases{
    Phrase{"<DATAERROR", Remark::line_damaged},
    Phrase{"<RXERROR", Remark::line_damaged},
    Phrase{"UNABLETOCONNECT", Remark::unable_to_connect},
    Phrase{"NABLETO", Remark::unable_to_connect},
    Phrase{"NODATA", Remark::no_data},
    Phrase{"BUSBUSY", Remark::bus_busy},
    Phrase{"BUSERROR", Remark::bus_error},
    Phrase{"CANERROR", Remark::can_error},
    Phrase{"FBERROR", Remark::feedback_error},
    Phrase{"DATAERROR", Remark::data_error},
    Phrase{"BUFFERFULL", Remark::buffer_full},
    Phrase{"OUTOFMEMORY", Remark::buffer_full},
    Phrase{"STOPPED", Remark::stopped},
    Phrase{"LVRESET", Remark::low_voltage_reset},
    Phrase{"ACTALERT", Remark::alert},
    Phrase{"LPALERT", Remark::alert},
    Phrase{"FCRXTIMEOUT", Remark::flow_control_timeout},
    Phrase{"TIMEOUT", Remark::no_data},
};

// Progress texts that may be glued to the data behind them.
constexpr std::array prefixes{
    Phrase{"SEARCHING", Remark::searching},
    Phrase{"BUSINIT", Remark::searching},
};

std::vector<std::string> split_lines(std::string_view raw) {
    std::vector<std::string> lines;
    std::string line;
    for (const char c : raw) {
        if (c == '\r' || c == '\n') {
            if (!line.empty()) {
                lines.push_back(std::move(line));
            }
            line.clear();
        } else if (c >= ' ' && c <= '~') {  // NUL and line noise are not part of any reply
            line += c;
        }
    }
    if (!line.empty()) {
        lines.push_back(std::move(line));
    }
    return lines;
}

/// The line without a leading echo, also when data is glued to the echo.
std::string without_echo(const std::string& line, std::string_view command) {
    const auto text = compact(line);
    const auto echo = compact(command);
    if (echo.empty() || !text.starts_with(echo)) {
        return line;
    }
    constexpr std::size_t shortest_glued_data = 4;
    if (text.size() == echo.size()) {
        return {};
    }
    return text.size() - echo.size() >= shortest_glued_data ? text.substr(echo.size()) : line;
}

void strip_progress(std::string& line, std::vector<Remark>& remarks) {
    auto text = compact(line);
    for (const auto& prefix : prefixes) {
        if (!text.starts_with(prefix.text)) {
            continue;
        }
        text.erase(0, prefix.text.size());
        text.erase(0, std::min(text.find_first_not_of(":."), text.size()));
        if (text.starts_with("OK")) {
            remarks.push_back(Remark::bus_init_ok);
            text.erase(0, 2);
        } else if (text.starts_with("ERR")) {
            remarks.push_back(Remark::bus_init_error);
            text.clear();
        } else {
            remarks.push_back(prefix.remark);
        }
        line = text;
    }
}

std::optional<Remark> whole_line_remark(std::string_view text) {
    if (text == "OK") {
        return Remark::ok;
    }
    if (text.starts_with("?")) {
        return Remark::unknown_command;
    }
    if (text.starts_with("+DISC")) {
        return Remark::link_down;
    }
    if (text == "ERR94") {
        return Remark::can_excluded;
    }
    if (text.starts_with("+")) {
        return Remark::link_chatter;
    }
    if (text.size() == 5 && text.starts_with("ERR") && std::isdigit(text[3]) &&
        std::isdigit(text[4])) {
        return Remark::internal_error;
    }
    const auto found = std::ranges::find_if(phrases, [&](const Phrase& phrase) {
        return text.find(phrase.text) != text.npos;
    });
    if (found != phrases.end()) {
        return found->remark;
    }
    return std::nullopt;
}

}  // namespace

std::string_view id(Remark remark) {
    static constexpr std::array<std::string_view, 22> ids{
        "ok",
        "unknown_command",
        "no_data",
        "searching",
        "unable_to_connect",
        "bus_init_ok",
        "bus_init_error",
        "bus_busy",
        "bus_error",
        "can_error",
        "feedback_error",
        "data_error",
        "line_damaged",
        "buffer_full",
        "stopped",
        "low_voltage_reset",
        "alert",
        "internal_error",
        "flow_control_timeout",
        "can_excluded",
        "link_down",
        "link_chatter"};
    return ids[static_cast<std::size_t>(remark)];
}

std::string compact(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c != ' ') {
            result += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        }
    }
    return result;
}

bool Reply::has(Remark remark) const {
    return std::ranges::find(remarks, remark) != remarks.end();
}

Reply read_reply(std::string_view raw, std::string_view command) {
    Reply reply;
    reply.raw = raw;
    bool first = true;
    for (auto& line : split_lines(raw)) {
        if (first) {
            line = without_echo(line, command);
            first = line.empty();  // an echo may come on a line of its own before data
        }
        strip_progress(line, reply.remarks);
        line.erase(line.find_last_not_of(' ') + 1);
        line.erase(0, std::min(line.find_first_not_of(' '), line.size()));
        if (line.empty()) {
            continue;
        }
        if (const auto remark = whole_line_remark(compact(line))) {
            reply.remarks.push_back(*remark);
        } else {
            reply.lines.push_back(std::move(line));
        }
    }
    return reply;
}

std::optional<Fault> fault_of(const Reply& reply) {
    struct Rule {
        Remark remark;
        Fault fault;
    };
    // The first that applies decides: what invalidates the reply comes before what explains it.
    constexpr std::array rules{
        Rule{Remark::link_down, Fault::link_lost},
        Rule{Remark::low_voltage_reset, Fault::adapter_restarted},
        Rule{Remark::can_excluded, Fault::can_excluded},
        Rule{Remark::stopped, Fault::interrupted},
        Rule{Remark::buffer_full, Fault::buffer_full},
        Rule{Remark::feedback_error, Fault::wiring_fault},
        Rule{Remark::can_error, Fault::bus_failed},
        Rule{Remark::bus_error, Fault::bus_failed},
        Rule{Remark::bus_init_error, Fault::bus_failed},
        Rule{Remark::unable_to_connect, Fault::bus_failed},
        Rule{Remark::bus_busy, Fault::bus_failed},
        Rule{Remark::internal_error, Fault::bus_failed},
        Rule{Remark::data_error, Fault::reply_damaged},
        Rule{Remark::unknown_command, Fault::adapter_rejected},
    };
    for (const auto& rule : rules) {
        if (reply.has(rule.remark)) {
            return rule.fault;
        }
    }
    if (!reply.lines.empty()) {
        return std::nullopt;
    }
    if (reply.has(Remark::alert)) {
        return Fault::adapter_asleep;
    }
    if (reply.has(Remark::line_damaged) || reply.has(Remark::flow_control_timeout)) {
        return Fault::reply_damaged;
    }
    return Fault::vehicle_silent;
}

}  // namespace protocols::elm327
