#pragma once

#include "protocols/base/machine.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace protocols::transcript {

/// One thing that happened on the link, with the time at which the machine was told.
struct Entry {
    enum class Kind { begin, tx, rx, timeout, lost };
    std::chrono::microseconds at{};  ///< Since the recording began, monotonic.
    Kind kind = Kind::begin;
    std::string bytes;  ///< tx, rx: what went over the wire; lost: the reason.
};

/// Everything that was said to and by an adapter. `begin` separates conversations, e.g. attempts.
struct Transcript {
    std::vector<Entry> entries;

    [[nodiscard]] std::chrono::microseconds duration() const;
};

/// JSON Lines, schema `transcript.schema.json`: a heading, then one entry a line. Bytes that are
/// plain ASCII stand as `text`, others as `hex`.
[[nodiscard]] std::string to_text(const Transcript& transcript);
/// Reads that form. Fault: malformed (detail: line number and reason).
[[nodiscard]] Result<Transcript> transcript_from_text(std::string_view text);

/// Writes down events as they are delivered to a machine.
class Recorder {
public:
    explicit Recorder(Instant start) : start_(start) {}

    void begin(Instant now) { add(now, Entry::Kind::begin, {}); }
    void sent(std::string_view bytes, Instant now) { add(now, Entry::Kind::tx, bytes); }
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
            const auto* send = std::get_if<Send>(&action);
            auto event = send != nullptr ? confirm(send->bytes) : next_event();
            if (event.has_error()) {
                return event.error();
            }
            action = machine.resume(event.value(), now());
        }
    }

private:
    [[nodiscard]] Instant now() const;
    [[nodiscard]] Result<Event> confirm(std::string_view bytes);
    [[nodiscard]] Result<Event> next_event();
    [[nodiscard]] Failure diverged(std::string_view wanted) const;

    const std::vector<Entry>& entries_;
    std::size_t next_ = 0;
};

}  // namespace protocols::transcript
