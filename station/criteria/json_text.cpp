#include "station/criteria/json_text.hpp"

#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace station::criteria {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

/// Walks JSON text without building it, to find where a pointer's value stands.
class Walker {
public:
    explicit Walker(std::string_view text) : text_(text) {}

    int line(std::string_view pointer) {
        int found = 1;
        space();
        while (!pointer.empty()) {
            pointer.remove_prefix(1);
            const auto end = std::min(pointer.find('/'), pointer.size());
            const auto token = pointer.substr(0, end);
            pointer.remove_prefix(end);
            if (!enter(token)) {
                return found;
            }
            found = line_here();
        }
        return found;
    }

private:
    [[nodiscard]] int line_here() const {
        return 1 + static_cast<int>(std::ranges::count(text_.substr(0, at_), '\n'));
    }
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void space() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) {
            ++at_;
        }
    }
    std::string_view string() {
        const auto begin = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        const auto content = text_.substr(begin, std::min(at_, text_.size()) - begin);
        ++at_;
        return content;
    }
    void skip_value() {
        int depth = 0;
        do {
            space();
            const char c = peek();
            if (c == '"') {
                string();
            } else {
                depth += c == '{' || c == '[' ? 1 : 0;
                depth -= c == '}' || c == ']' ? 1 : 0;
                ++at_;
                if (depth == 0 && c != '}' && c != ']') {
                    while (at_ < text_.size() &&
                           std::string_view(",}] \t\r\n").find(text_[at_]) == text_.npos) {
                        ++at_;
                    }
                }
            }
        } while (depth > 0 && at_ < text_.size());
    }
    bool enter(std::string_view token) {
        const bool object = peek() == '{';
        if (!object && peek() != '[') {
            return false;
        }
        ++at_;
        for (std::size_t index = 0; at_ < text_.size(); ++index) {
            space();
            if (peek() == '}' || peek() == ']') {
                return false;
            }
            if (peek() == ',') {
                ++at_;
                space();
            }
            const auto name = object ? std::string(string()) : std::to_string(index);
            space();
            if (object && peek() == ':') {
                ++at_;
                space();
            }
            if (name == token) {
                return true;
            }
            skip_value();
        }
        return false;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Byte offset of a key that stands twice in its object; npos when none does. `text` is JSON.
std::size_t repeated_key(std::string_view text) {
    struct Level {
        bool object = false;
        bool key_next = false;
        std::set<std::string_view> keys;
    };
    std::vector<Level> levels;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '{' || c == '[') {
            levels.push_back({c == '{', c == '{', {}});
        } else if (c == '}' || c == ']') {
            levels.pop_back();
        } else if (c == ',' && !levels.empty()) {
            levels.back().key_next = levels.back().object;
        } else if (c == '"') {
            const auto begin = ++at;
            while (text[at] != '"') {
                at += text[at] == '\\' ? 2 : 1;
            }
            if (!levels.empty() && levels.back().key_next) {
                levels.back().key_next = false;
                if (!levels.back().keys.insert(text.substr(begin, at - begin)).second) {
                    return begin;
                }
            }
        }
    }
    return std::string_view::npos;
}

Failure not_json(std::string_view text, std::size_t at, const std::string& why) {
    const auto before = text.substr(0, at);
    const auto line = 1 + std::ranges::count(before, '\n');
    const auto start = before.rfind('\n');
    const auto column = at - (start == before.npos ? 0 : start + 1) + 1;
    return {
        Fault::malformed,
        "line " + std::to_string(line) + ", column " + std::to_string(column) + ": " + why};
}

}  // namespace

Failure to_failure(const Complaint& complaint) {
    return {
        Fault::malformed,
        complaint.pointer + " (line " + std::to_string(complaint.line) + ") " + complaint.what.en};
}

int line_of(std::string_view text, std::string_view pointer) {
    return Walker(text).line(pointer);
}

Result<json::value> parse_json(std::string_view text) {
    if (text.size() > longest_document) {
        return Failure{
            Fault::malformed, "longer than " + std::to_string(longest_document / 1024 / 1024) +
                                  " MiB; no file of criteria or facts is"};
    }
    json::stream_parser parser;
    boost::system::error_code error;
    const auto read = parser.write_some(text.data(), text.size(), error);
    if (!error) {
        const auto rest = text.substr(read);
        if (rest.find_first_not_of(" \t\r\n") != rest.npos) {
            error = json::error::extra_data;
        } else {
            parser.finish(error);
        }
    }
    if (error) {
        return not_json(text, read, "not JSON (" + error.message() + ")");
    }
    if (const auto twice = repeated_key(text); twice != text.npos) {
        return not_json(text, twice, "this key stands twice in its object; keep one");
    }
    return parser.release();
}

}  // namespace station::criteria
