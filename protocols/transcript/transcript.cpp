#include "protocols/transcript/transcript.hpp"

#include "protocols/base/hex.hpp"
#include "protocols/base/text.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace protocols::transcript {
namespace {

namespace json = boost::json;
using Kind = Entry::Kind;

constexpr std::string_view schema = "obd-station/transcript/1";

struct KindName {
    Kind kind;
    std::string_view name;
};
constexpr std::array kinds{
    KindName{Kind::begin, "begin"},     KindName{Kind::tx, "tx"},     KindName{Kind::rx, "rx"},
    KindName{Kind::timeout, "timeout"}, KindName{Kind::lost, "lost"}, KindName{Kind::baud, "baud"},
};

bool plain(std::string_view bytes) {
    return std::ranges::all_of(bytes, [](char c) {
        return (c >= ' ' && c <= '~') || c == '\r' || c == '\n';
    });
}

std::string as_hex(std::string_view bytes) {
    const Bytes raw(bytes.begin(), bytes.end());
    return to_hex(raw);
}

Failure bad_line(std::size_t number, std::string_view why) {
    return {Fault::malformed, "line " + std::to_string(number) + ": " + std::string(why)};
}

Result<Entry> read_entry(const json::object& object, std::size_t number) {
    Entry entry;
    const auto* at = object.if_contains("t");
    const auto* kind = object.if_contains("k");
    if (at == nullptr || !at->is_int64() || kind == nullptr || !kind->is_string()) {
        return bad_line(number, "needs the numbers \"t\" (microseconds) and the text \"k\"");
    }
    entry.at = std::chrono::microseconds(at->as_int64());
    const auto found =
        std::ranges::find(kinds, std::string_view(kind->as_string()), &KindName::name);
    if (found == kinds.end()) {
        return bad_line(number, "\"k\" must be begin, tx, rx, timeout, lost or baud");
    }
    entry.kind = found->kind;
    if (const auto* text = object.if_contains("text"); text != nullptr && text->is_string()) {
        entry.bytes = text->as_string();
    } else if (const auto* hex = object.if_contains("hex"); hex != nullptr && hex->is_string()) {
        const auto raw = from_hex(hex->as_string());
        if (!raw) {
            return bad_line(number, "\"hex\" is not hex");
        }
        entry.bytes.assign(raw->begin(), raw->end());
    }
    return entry;
}

}  // namespace

std::chrono::microseconds Transcript::duration() const {
    return entries.empty() ? std::chrono::microseconds{} : entries.back().at - entries.front().at;
}

std::string to_text(const Transcript& transcript) {
    json::object heading{{"schema", schema}};
    if (!transcript.settings.empty()) {
        heading["settings"] = json::parse(transcript.settings);
    }
    std::string text = json::serialize(heading) + "\n";
    for (const auto& entry : transcript.entries) {
        json::object line{
            {"t", entry.at.count()},
            {"k", std::ranges::find(kinds, entry.kind, &KindName::kind)->name}};
        if (!entry.bytes.empty()) {
            if (plain(entry.bytes)) {
                line["text"] = entry.bytes;
            } else {
                line["hex"] = as_hex(entry.bytes);
            }
        }
        text += json::serialize(line) + "\n";
    }
    return text;
}

Result<Transcript> transcript_from_text(std::string_view text) {
    Transcript transcript;
    std::size_t number = 0;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++number;
        if (line.find_first_not_of(" \r\t") == line.npos) {
            continue;
        }
        boost::system::error_code error;
        const auto value = json::parse(json::string_view(line.data(), line.size()), error);
        if (error || !value.is_object()) {
            return bad_line(number, "not a JSON object");
        }
        const auto& object = value.as_object();
        if (number == 1) {
            const auto* named = object.if_contains("schema");
            if (named == nullptr || *named != json::value(json::string_view(schema))) {
                return bad_line(
                    number, "not a transcript: \"schema\" must be " + std::string(schema)
                );
            }
            if (const auto* settings = object.if_contains("settings")) {
                if (!settings->is_object()) {
                    return bad_line(number, "\"settings\" must be an object");
                }
                transcript.settings = json::serialize(*settings);
            }
            continue;
        }
        auto entry = read_entry(object, number);
        if (entry.has_error()) {
            return entry.error();
        }
        transcript.entries.push_back(std::move(entry.value()));
    }
    if (number == 0) {
        return bad_line(1, "the file is empty");
    }
    return transcript;
}

void Recorder::event(const Event& event, Instant now) {
    if (const auto* received = std::get_if<Received>(&event)) {
        add(now, Kind::rx, received->bytes);
    } else if (std::holds_alternative<DeadlinePassed>(event)) {
        add(now, Kind::timeout, {});
    } else if (const auto* lost = std::get_if<LinkLost>(&event)) {
        add(now, Kind::lost, lost->reason);
    }
}

void Recorder::add(Instant now, Kind kind, std::string_view bytes) {
    const auto at = std::chrono::duration_cast<std::chrono::microseconds>(now - start_);
    transcript_.entries.push_back({at, kind, std::string(bytes)});
}

bool Replayer::next_conversation() {
    while (next_ < entries_.size() && entries_[next_].kind != Kind::begin) {
        ++next_;
    }
    if (next_ == entries_.size()) {
        return false;
    }
    ++next_;
    return true;
}

Instant Replayer::now() const {
    return next_ == 0 ? Instant{} : Instant{} + entries_[next_ - 1].at;
}

Result<Event> Replayer::confirm(std::string_view bytes) {
    if (next_ == entries_.size() || entries_[next_].kind != Kind::tx ||
        entries_[next_].bytes != bytes) {
        return diverged("send " + printable(bytes));
    }
    ++next_;
    return Event(Sent{});
}

Result<Event> Replayer::confirm_baud(std::uint32_t rate) {
    const auto text = std::to_string(rate);
    if (next_ == entries_.size() || entries_[next_].kind != Kind::baud ||
        (entries_[next_].bytes != text && entries_[next_].bytes != refused)) {
        return diverged("set " + text + " baud");
    }
    return Event(BaudSet{entries_[next_++].bytes == text});
}

Result<Event> Replayer::next_event() {
    if (next_ == entries_.size()) {
        return diverged("receive");
    }
    const auto& entry = entries_[next_];
    switch (entry.kind) {
        case Kind::rx:
            ++next_;
            return Event(Received{entry.bytes});
        case Kind::timeout:
            ++next_;
            return Event(DeadlinePassed{});
        case Kind::lost:
            ++next_;
            return Event(LinkLost{entry.bytes});
        case Kind::begin:
        case Kind::tx:
        case Kind::baud:
            break;
    }
    return diverged("receive");
}

Failure Replayer::diverged(std::string_view wanted) const {
    return {
        Fault::replay_diverged,
        "at entry " + std::to_string(next_ + 1) + " the program would " + std::string(wanted)};
}

}  // namespace protocols::transcript
