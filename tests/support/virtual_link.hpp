#pragma once

#include "protocols/base/machine.hpp"
#include "protocols/simulator/elm.hpp"
#include "protocols/transcript/transcript.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// A machine and a simulated adapter on one line, in simulated time: hours pass in milliseconds and
/// every run is the same. Records what a real link would.
class VirtualLink {
public:
    explicit VirtualLink(protocols::simulator::Answering& adapter) : adapter_(adapter) {}

    /// Cuts the link when the given number of events has been delivered.
    VirtualLink& cut_after(int events) {
        cut_after_ = events;
        return *this;
    }
    /// Delivers the adapter's output at most this many bytes at a time.
    VirtualLink& chunk(std::size_t bytes) {
        chunk_ = bytes;
        return *this;
    }

    template <protocols::Machine M>
    protocols::Result<typename M::Output> run(M& machine) {
        using namespace protocols;
        recorder_.begin(now_);
        auto action = machine.resume(Started{}, now_);
        std::string pending;
        for (int events = 0;; ++events) {
            if (auto* finished = std::get_if<Finished<typename M::Output>>(&action)) {
                return std::move(finished->result);
            }
            Event event = Sent{};
            std::string chunk;
            if (cut_after_ && events >= *cut_after_) {
                event = LinkLost{"cut"};
            } else if (const auto* send = std::get_if<Send>(&action)) {
                recorder_.sent(send->bytes, now_);
                adapter_.receive(send->bytes, now_);
            } else if (const auto* rate = std::get_if<SetBaud>(&action)) {
                adapter_.host_baud(rate->baud);
                recorder_.baud(rate->baud, true, now_);
                event = BaudSet{true};
            } else {
                const auto deadline = std::get<WaitUntil>(action).deadline;
                while (pending.empty() && adapter_.due() && *adapter_.due() <= deadline) {
                    now_ = std::max(now_, *adapter_.due());
                    pending = adapter_.take(now_);
                }
                if (pending.empty()) {
                    now_ = std::max(now_, deadline);
                    event = DeadlinePassed{};
                } else {
                    chunk = pending.substr(0, chunk_);
                    pending.erase(0, chunk_);
                    event = Received{chunk};
                }
            }
            recorder_.event(event, now_);
            action = machine.resume(event, now_);
        }
    }

    /// What the machine sent, one entry a command.
    [[nodiscard]] std::vector<std::string> sent() const {
        std::vector<std::string> list;
        for (const auto& entry : transcript().entries) {
            if (entry.kind == protocols::transcript::Entry::Kind::tx) {
                list.push_back(entry.bytes);
            }
        }
        return list;
    }

    /// Lets time pass with nobody at the line.
    void pass(std::chrono::milliseconds time) { now_ += time; }
    [[nodiscard]] protocols::Instant now() const { return now_; }
    [[nodiscard]] const protocols::transcript::Transcript& transcript() const {
        return recorder_.transcript();
    }

private:
    protocols::simulator::Answering& adapter_;
    protocols::Instant now_{std::chrono::hours(1)};
    protocols::transcript::Recorder recorder_{now_};
    std::optional<int> cut_after_;
    std::size_t chunk_ = std::string::npos;
};

}  // namespace tests
