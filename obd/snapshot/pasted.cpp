#include "obd/snapshot/pasted.hpp"

#include "obd/decode/parameters.hpp"
#include "protocols/base/hex.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace obd {
namespace {

using protocols::Bytes;
using protocols::ByteView;
using protocols::bus::EcuAddress;
using protocols::bus::Protocol;
namespace elm327 = protocols::elm327;

constexpr std::uint8_t response_offset = 0x40;
constexpr std::uint8_t negative = 0x7F;
constexpr std::size_t legacy_message_digits = 14;  // 7 bytes, SAE J1979 5.3

bool hex_only(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return protocols::hex_digit(c).has_value(); });
}

bool can11_id(std::string_view token) {
    return token.size() == 3 && token[0] == '7' && hex_only(token);
}

std::vector<std::string> tokens_of(std::string_view text) {
    std::vector<std::string> tokens;
    std::string token;
    for (const char c : text) {
        if (c != ' ' && c != '\t') {
            token += c;
        } else if (!token.empty()) {
            tokens.push_back(std::move(token));
            token.clear();
        }
    }
    if (!token.empty()) {
        tokens.push_back(std::move(token));
    }
    return tokens;
}

/// Whether a line's bytes, given one by one, begin anew at `i`.
bool line_begins(const std::vector<std::string>& tokens, std::size_t i, Framing framing) {
    if (framing == Framing::can) {
        const bool extended = i + 3 < tokens.size() && tokens[i] == "18" && tokens[i + 1] == "DA" &&
                              tokens[i + 2] == "F1";
        const bool segment = tokens[i].size() == 2 && tokens[i][1] == ':';
        const bool length = tokens[i].size() == 3 && i + 1 < tokens.size() && tokens[i + 1] == "0:";
        return extended || segment || length || can11_id(tokens[i]);
    }
    const bool header = tokens[0] == "48" || tokens[0] == "41";
    return header && tokens.size() > 4 && i + 4 < tokens.size() && tokens[1] == "6B" &&
           tokens[i] == tokens[0] && tokens[i + 1] == "6B";
}

/// `0140:49…1:…2:…` as it is left when line ends are lost: before every `n:` a line began.
std::string with_segment_ends(const std::string& text) {
    std::string lines;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (i + 1 < text.size() && text[i + 1] == ':' && !lines.empty() && lines.back() != '\r') {
            lines += '\r';
        }
        lines += text[i];
    }
    return lines;
}

/// Segments whose last byte was cut through: whether the announced length is there without it is
/// told later.
std::string without_half_bytes(const std::string& lines) {
    std::string whole;
    std::string line;
    const auto finish = [&](bool ended) {
        const auto colon = line.find(':');
        const auto digits = colon == line.npos ? 0 : elm327::compact(line.substr(colon + 1)).size();
        if (digits % 2 == 1) {
            line.pop_back();
        }
        whole += line + (ended ? "\r" : "");
        line.clear();
    };
    for (const char c : lines) {
        if (c == '\r') {
            finish(true);
        } else {
            line += c;
        }
    }
    finish(false);
    return whole;
}

/// Legacy messages of seven bytes each, written without line ends.
std::string with_legacy_ends(const std::string& text) {
    const auto compact = elm327::compact(text);
    const bool information = compact.starts_with("49");
    const bool codes = compact.starts_with("43") || compact.starts_with("47");
    const auto prefix = compact.substr(0, information ? 4 : 2);
    if ((!information && !codes) || compact.size() <= legacy_message_digits ||
        compact.size() % legacy_message_digits != 0 || !hex_only(compact)) {
        return text;
    }
    std::string lines;
    for (std::size_t i = 0; i < compact.size(); i += legacy_message_digits) {
        if (!std::string_view(compact).substr(i).starts_with(prefix)) {
            return text;
        }
        lines += compact.substr(i, legacy_message_digits) + '\r';
    }
    return lines;
}

std::string with_token_ends(const std::string& line, Framing framing) {
    const auto tokens = tokens_of(line);
    std::string lines;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        lines += i > 0 && line_begins(tokens, i, framing) ? '\r' : ' ';
        lines += tokens[i];
    }
    return lines;
}

std::string text_of(const std::vector<std::string>& words, Framing framing) {
    const bool byte_by_byte =
        std::ranges::all_of(words, [](const std::string& word) { return word.size() <= 3; });
    std::string raw;
    for (const auto& word : words) {
        raw += word + (byte_by_byte ? ' ' : '\r');
    }
    std::string lines;
    std::string line;
    const auto finish = [&] {
        if (framing == Framing::legacy) {
            line = with_legacy_ends(line);
        }
        line = without_half_bytes(with_segment_ends(line));
        lines += (line.find('\r') == line.npos ? with_token_ends(line, framing) : line) + '\r';
        line.clear();
    };
    for (std::size_t i = 0; i < raw.size(); ++i) {
        const bool escaped =
            raw[i] == '\\' && i + 1 < raw.size() && (raw[i + 1] == 'r' || raw[i + 1] == 'n');
        if (raw[i] == '\r' || raw[i] == '\n' || raw[i] == '>' || escaped) {
            finish();
            i += escaped ? 1 : 0;
        } else {
            line += static_cast<char>(std::toupper(static_cast<unsigned char>(raw[i])));
        }
    }
    finish();
    return lines;
}

bool can_line(std::string_view line) {
    const auto text = elm327::compact(line);
    const bool by_itself = can11_id(line.substr(0, std::min(line.find(' '), line.size())));
    return by_itself || (text.size() > 4 && can11_id(text.substr(0, 3)) && text.size() % 2 == 1) ||
           (text.size() > 10 && text.starts_with("18DAF1"));
}

bool legacy_line(std::string_view text) {
    const bool j1850_or_9141 = text.starts_with("486B") || text.starts_with("416B");
    const bool kwp = text.size() >= 4 && text.substr(2, 2) == "F1" && text[0] >= '8';
    return text.size() >= 10 && (j1850_or_9141 || kwp);
}

/// Data bytes of a response when its kind fixes them; nullopt otherwise.
std::optional<std::size_t> data_bytes(ByteView data) {
    const auto parameter = [&](std::size_t heading) -> std::optional<std::size_t> {
        const auto size = data.size() > 1 ? parameter_bytes(data[1]) : std::nullopt;
        return size ? std::optional(heading + *size) : std::nullopt;
    };
    switch (data[0]) {
        case 0x41:
            return parameter(2);
        case 0x42:
            return parameter(3);
        case 0x43:
        case 0x47:  // whole codes only: an even number of bytes ends in a checksum
            return data.size() - 1 + data.size() % 2;
        case 0x49:
            return 7;
        case negative:
            return 3;
        default:
            return std::nullopt;
    }
}

/// Header, data and perhaps a checksum: whether one was printed is told by the checksum itself, or
/// else by the length the response must have.
std::optional<protocols::bus::Message> legacy_message(ByteView line, std::string& problem) {
    constexpr std::size_t header_bytes = 3;
    if (line.size() < header_bytes + 2) {
        return std::nullopt;
    }
    const auto body = line.first(line.size() - 1);
    const bool checks =
        elm327::j1850_crc(body) == line.back() || elm327::byte_sum(body) == line.back();
    const auto all = line.subspan(header_bytes);
    const auto expected = data_bytes(all);
    const bool bare = !checks && expected && all.size() == *expected;
    const auto data = bare ? all : all.first(all.size() - 1);
    if (!checks && !bare) {
        problem = "checksum wrong: " + protocols::to_hex(line);
        return std::nullopt;
    }
    return protocols::bus::Message{EcuAddress::legacy(line[2]), Bytes(data.begin(), data.end())};
}

elm327::Frames read_legacy_lines(const std::vector<std::string>& lines) {
    elm327::Frames frames;
    for (const auto& line : lines) {
        const auto bytes = protocols::from_hex(elm327::compact(line));
        std::string problem = "unreadable line: " + line;
        if (bytes && (*bytes)[0] >= 0x80) {
            auto kwp = elm327::read_frames({line}, Protocol::kwp_fast);
            std::ranges::move(kwp.messages, std::back_inserter(frames.messages));
            std::ranges::move(kwp.problems, std::back_inserter(frames.problems));
            continue;
        }
        const auto message = bytes ? legacy_message(*bytes, problem = "") : std::nullopt;
        if (message) {
            frames.messages.push_back(*message);
        }
        if (!problem.empty() || !message) {
            frames.problems.push_back(problem.empty() ? "unreadable line: " + line : problem);
        }
    }
    return frames;
}

/// A request's echo in front of its answer: `010C` before `410C…`.
void drop_echo(Bytes& data) {
    for (const std::size_t size : {1U, 2U, 3U}) {
        const bool request = data.size() > size + 1 && data[0] >= 0x01 && data[0] <= 0x0A;
        if (request && data[size] == data[0] + response_offset &&
            (size == 1 || data[size + 1] == data[1])) {
            data.erase(data.begin(), data.begin() + static_cast<long>(size));
            return;
        }
    }
}

/// ISO 14230 without addresses: a length byte alone in front of the data.
void drop_bare_length(Bytes& data) {
    const bool response =
        data.size() > 2 && ((data[1] >= 0x41 && data[1] <= 0x4A) || data[1] == negative);
    if (response && data[0] == data.size() - 1) {
        data.erase(data.begin());
    }
}

}  // namespace

Pasted read_pasted(const std::vector<std::string>& words, Framing framing) {
    auto reply = elm327::read_reply(text_of(words, framing), "");
    Pasted pasted;
    pasted.remarks = std::move(reply.remarks);
    if (reply.lines.empty()) {
        return pasted;
    }
    const auto first = elm327::compact(reply.lines.front());
    if (framing == Framing::can && can_line(reply.lines.front())) {
        const bool extended = first.starts_with("18DA");
        pasted.frames =
            elm327::read_frames(reply.lines, extended ? Protocol::can29_500 : Protocol::can11_500);
    } else if (framing == Framing::legacy && legacy_line(first)) {
        pasted.frames = read_legacy_lines(reply.lines);
    } else {
        pasted.frames = elm327::read_headerless(reply.lines);
        for (auto& message : pasted.frames.messages) {
            drop_echo(message.data);
            if (framing == Framing::legacy) {
                drop_bare_length(message.data);
            }
        }
    }
    return pasted;
}

}  // namespace obd
