#include "station/records/listed.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>

namespace station::records {
namespace {

namespace json = boost::json;

enum class Sign : std::uint8_t { other, quote, open, close, between };
constexpr std::array<Sign, 256> signs = [] {
    std::array<Sign, 256> table{};
    const auto set = [&](char sign, Sign kind) { table[static_cast<std::uint8_t>(sign)] = kind; };
    set('"', Sign::quote);
    set('{', Sign::open);
    set('[', Sign::open);
    set('}', Sign::close);
    set(']', Sign::close);
    set(',', Sign::between);
    set(':', Sign::between);
    return table;
}();
Sign sign_of(char sign) {
    return signs[static_cast<std::uint8_t>(sign)];
}

/// Walks over JSON without reading it: only where values begin and end.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    /// Name of each member of the object the text is, with the text from its value on (first() is
    /// the value), until the callback says enough.
    template <class OnMember>
    void each(const OnMember& on_member) {
        blanks();
        if (!take('{')) {
            return;
        }
        for (;;) {
            blanks();
            const auto key = value();
            blanks();
            if (key.size() < 2 || !take(':')) {
                return;
            }
            blanks();
            if (on_member(key.substr(1, key.size() - 2), text_.substr(at_)) || value().empty()) {
                return;
            }
            blanks();
            if (!take(',')) {
                return;
            }
        }
    }

    /// The value that the text begins with.
    std::string_view first() { return value(); }

private:
    void blanks() {
        while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' ||
                                      text_[at_] == '\t' || text_[at_] == '\r')) {
            ++at_;
        }
    }
    bool take(char sign) {
        const bool there = at_ < text_.size() && text_[at_] == sign;
        at_ += there ? 1 : 0;
        return there;
    }
    /// Behind the string that begins here.
    void string() {
        // Byte by byte: strings in bodies are a few letters long.
        while (++at_ < text_.size() && text_[at_] != '"') {
            at_ += text_[at_] == '\\' ? 1 : 0;
        }
        ++at_;
    }
    /// Behind the object or array that begins here: only quotes and brackets matter inside.
    void nested() {
        int depth = 0;
        while (at_ < text_.size()) {
            switch (sign_of(text_[at_])) {
                case Sign::quote:
                    string();
                    continue;
                case Sign::open:
                    ++depth;
                    break;
                case Sign::close:
                    if (--depth == 0) {
                        ++at_;
                        return;
                    }
                    break;
                default:
                    break;
            }
            ++at_;
        }
    }
    /// A string, an object, an array, or what stands there up to the next sign.
    std::string_view value() {
        const auto start = at_;
        const auto first = at_ < text_.size() ? sign_of(text_[at_]) : Sign::between;
        if (first == Sign::quote) {
            string();
        } else if (first == Sign::open) {
            nested();
        } else {
            while (at_ < text_.size() && sign_of(text_[at_]) == Sign::other) {
                ++at_;
            }
        }
        at_ = std::min(at_, text_.size());
        return text_.substr(start, at_ - start);
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

std::string text_of(std::string_view rest) {
    const auto written = Scanner(rest).first();
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(written.data(), written.size()), error);
    return !error && value.is_string() ? std::string(value.get_string()) : std::string();
}

std::optional<std::int64_t> number_of(std::string_view rest) {
    const auto written = Scanner(rest).first();
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(written.data(), written.size()), error);
    return !error && value.is_int64() ? std::optional(value.get_int64()) : std::nullopt;
}

}  // namespace

Listed listed_of(std::string_view body) {
    Listed listed;
    constexpr std::array<std::string_view, 6> wanted{"type",    "inspection", "started",
                                                     "vehicle", "erase_days", "judgement"};
    std::size_t found = 0;
    Scanner(body).each([&](std::string_view name, std::string_view value) {
        found += std::ranges::find(wanted, name) == wanted.end() ? 0 : 1;
        if (name == "type") {
            listed.type = text_of(value);
        } else if (name == "started") {
            listed.started = text_of(value);
        } else if (name == "inspection") {
            listed.inspection = text_of(value);
        } else if (name == "erase_days") {
            listed.erase_days = number_of(value);
        } else if (name == "vehicle") {
            Scanner(value).each([&](std::string_view of_vehicle, std::string_view said) {
                if (of_vehicle == "vin") {
                    listed.vin = text_of(said);
                } else if (of_vehicle == "plate") {
                    listed.plate = text_of(said);
                } else if (of_vehicle == "visit") {
                    listed.visit = number_of(said).value_or(1);
                }
                return false;
            });
        } else if (name == "judgement") {
            Scanner(value).each([&](std::string_view of_judgement, std::string_view said) {
                const bool is_it = of_judgement == "verdict";
                listed.verdict = is_it ? text_of(said) : std::string();
                return is_it;
            });
        }
        return found == wanted.size();
    });
    return listed;
}

std::string_view confirmation_of(std::string_view body) {
    std::string_view confirmation;
    Scanner(body).each([&](std::string_view name, std::string_view value) {
        confirmation = name == "confirmation" ? Scanner(value).first() : confirmation;
        return name == "confirmation";
    });
    return confirmation;
}

}  // namespace station::records
