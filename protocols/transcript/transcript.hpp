#pragma once

#include "protocols/base/machine.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::transcript {

/// One thing that happened on the link, with the time at which the machine was told.
struct Entry {
    enum class Kind { begin, tx, rx, timeout, lost, baud };
    std::chrono::microseconds at{};  ///< Since the recording began, monotonic.
    Kind kind = Kind::begin;
    std::string bytes;  ///< tx, rx: what went over the wire; lost: the reason; baud: the
                        ///< rate set, or `refused`.
};

/// Everything that was said to and by an adapter. `begin` separates conversations, e.g. attempts.
struct Transcript {
    std::string settings;  ///< JSON object: what else the machine was given; empty: nothing.
    std::vector<Entry> entries;

    [[nodiscard]] std::chrono::microseconds duration() const;
};

/// JSON Lines, schema `transcript.schema.json`: a heading, then one entry a line. Bytes that are
/// plain ASCII stand as `text`, others as `hex`.
[[nodiscard]] std::string to_text(const Transcript& transcript);
/// Reads that form. Fault: malformed (detail: line number and reason).
[[nodiscard]] Result<Transcript> transcript_from_text(std::string_view text);

inline constexpr std::string_view refused = "refused";

/// Writes down events as they are delivered to a machine.
class Recorder {
public:
    explicit Recorder(Instant start, std::string settings = {}) : start_(start) {
        transcript_.settings = std::move(settings);
    }

    void begin(Instant now) { add(now, Entry::Kind::begin, {}); }
    void sent(std::string_view bytes, Instant now) { add(now, Entry::Kind::tx, bytes); }
    void baud(std::uint32_t rate, bool done, Instant now) {
        add(now, Entry::Kind::baud, done ? std::to_string(rate) : std::string(refused));
    }
    void event(const Event& event, Instant now);

    [[nodiscard]] const Transcript& transcript() const { return transcript_; }

private:
    void add(Instant now, Entry::Kind kind, std::string_view bytes);

    Instant start_;
    Transcript transcript_;
};

/// Gives a machine the recorded events instead of a device's. The machine must send exactly what
/// was sent then: anything else is Fault replay_diverged, with the place.
class Replayer {
public:
    explicit Replayer(const Transcript& transcript) : entries_(transcript.entries) {}

    /// True while another `begin` follows.
    [[nodiscard]] bool next_conversation();

    template <Machine M>
    [[nodiscard]] Result<typename M::Output> run(M& machine) {
        auto action = machine.resume(Started{}, now());
        for (;;) {
            if (auto* finished = std::get_if<Finished<typename M::Output>>(&action)) {
                return std::move(finished->result);
            }
            auto event = next(action);
            if (event.has_error()) {
                return event.error();
            }
            action = machine.resume(event.value(), now());
        }
    }

private:
    template <class T>
    [[nodiscard]] Result<Event> next(const Action<T>& action) {
        if (const auto* send = std::get_if<Send>(&action)) {
            return confirm(send->bytes);
        }
        if (const auto* baud = std::get_if<SetBaud>(&action)) {
            return confirm_baud(baud->baud);
        }
        return next_event();
    }

    [[nodiscard]] Instant now() const;
    [[nodiscard]] Result<Event> confirm(std::string_view bytes);
    [[nodiscard]] Result<Event> confirm_baud(std::uint32_t rate);
    [[nodiscard]] Result<Event> next_event();
    [[nodiscard]] Failure diverged(std::string_view wanted) const;

    const std::vector<Entry>& entries_;
    std::size_t next_ = 0;
};

}  // namespace protocols::transcript
