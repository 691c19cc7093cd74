// An adapter that answers anything at any time: the reading ends after a bounded number of steps
// and claims no value without the bytes for it.
#include "obd/session/reading.hpp"
#include "protocols/base/ensure.hpp"
#include "tests/fuzz/target.hpp"

namespace {

constexpr int steps_max = 20000;

template <class T>
void expect_evidence(const obd::Item<T>& item) {
    ENSURE(!item.value || !item.raw.empty());
}

void expect_evidence(const obd::Snapshot& snapshot) {
    for (const auto& ecu : snapshot.ecus) {
        expect_evidence(ecu.status);
        expect_evidence(ecu.stored);
        expect_evidence(ecu.vin);
        expect_evidence(ecu.cvns);
        for (const auto& [pid, item] : ecu.parameters) {
            expect_evidence(item);
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace protocols;
    auto text = text_of(data, size);
    obd::Reading reading;
    Instant now{};
    auto action = reading.resume(Started{}, now);
    for (int step = 0; step < steps_max; ++step) {
        if (auto* finished = std::get_if<Finished<obd::Snapshot>>(&action)) {
            if (finished->result.has_value()) {
                expect_evidence(finished->result.value());
            }
            expect_evidence(reading.snapshot());
            static_cast<void>(reading.progress());
            return 0;
        }
        Event event = Sent{};
        if (const auto* wait = std::get_if<WaitUntil>(&action)) {
            // A piece up to a NUL, or nothing until the deadline when the script has ended.
            const auto end = std::min(text.find('\0'), text.size());
            const auto piece = text.substr(0, end);
            text.remove_prefix(std::min(end + 1, text.size()));
            if (piece.empty()) {
                now = std::max(now, wait->deadline);
                event = DeadlinePassed{};
            } else if (piece == "LOST") {
                event = LinkLost{"lost"};
            } else {
                now += std::chrono::milliseconds(1);
                event = Received{piece};
            }
        }
        action = reading.resume(event, now);
    }
    constexpr bool reading_ends = false;
    ENSURE(reading_ends);
    return 0;
}

std::vector<std::string> seeds() {
    using namespace std::string_literals;
    std::string good = "\r\rELM327 v2.3\r\r>\0ELM327 v2.3\r\r>\0"s;
    for (int i = 0; i < 5; ++i) {
        good += "OK\r\r>\0"s;
    }
    good +=
        "OBDII\r\r>\0?\r\r>\0"
        "12.6V\r\r>\0OK\r\r>\0"s;
    good += "7E8064100BE3FB813\r7E9064100980A0003\r\r>\0"s;
    std::string read = good;
    for (const auto* answer :
         {"7E806412080018001", "7E8064140440000FF", "7E8064900550000000", "NO DATA",
          "7E8101449020131473\r7E8214A433534343452\r7E82237323532333637", "7E8064101830 7E500",
          "7E8064302042003 01", "7E8024700", "7E8037F0A11", "7E8037F0178", "CAN ERROR", "STOPPED",
          "7E80542020001 33", "7E806420C002648", "LV RESET"}) {
        read += answer + "\r\r>\0"s;
    }
    return {good, read, "LOST\0"s, "\0\0\0"s, ">>>>\0>\0"s};
}
