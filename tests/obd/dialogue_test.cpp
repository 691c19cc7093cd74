// Every recorded dialogue of a real vehicle, played by the simulator at the byte level and read by
// the product: it ends in bounded time, claims nothing without evidence, and replays identically.
#include "protocols/simulator/dialogue.hpp"
#include "obd/session/reading.hpp"
#include "obd/snapshot/json.hpp"
#include "tests/support/corpus.hpp"
#include "tests/support/virtual_link.hpp"

#include <boost/json/serialize.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace obd {
namespace {

namespace sim = protocols::simulator;

struct Played {
    protocols::Result<Snapshot> result;
    protocols::transcript::Transcript transcript;
    std::chrono::duration<double> took;
};

Played play(const sim::Dialogue& dialogue) {
    sim::DialoguePlayer player(dialogue);
    Reading reading;
    tests::VirtualLink link(player);
    const auto start = link.now();
    auto result = link.run(reading);
    return {std::move(result), link.transcript(), link.now() - start};
}

std::map<std::string, sim::Dialogue> dialogues() {
    std::map<std::string, sim::Dialogue> all;
    std::istringstream lines(tests::corpus_text("dialogues.jsonl"));
    for (std::string line; std::getline(lines, line);) {
        auto dialogue = sim::read_dialogue(line);
        EXPECT_TRUE(dialogue.has_value()) << line.substr(0, 80);
        if (dialogue.has_value()) {
            all[dialogue.value().id] = dialogue.value();
        }
    }
    return all;
}

/// No value without the bytes that carried it.
template <class T>
void expect_evidence(const Item<T>& item, const std::string& where) {
    if (item.value) {
        EXPECT_FALSE(item.raw.empty()) << where;
        EXPECT_FALSE(item.request.empty()) << where;
    }
}

void expect_evidence(const Snapshot& snapshot, const std::string& id) {
    for (const auto& ecu : snapshot.ecus) {
        const auto where = id + " " + ecu.address.text();
        expect_evidence(ecu.pids, where);
        expect_evidence(ecu.infotypes, where);
        expect_evidence(ecu.status, where);
        expect_evidence(ecu.stored, where);
        expect_evidence(ecu.pending, where);
        expect_evidence(ecu.permanent, where);
        expect_evidence(ecu.freeze_frame, where);
        expect_evidence(ecu.vin, where);
        expect_evidence(ecu.calids, where);
        expect_evidence(ecu.cvns, where);
        for (const auto& [pid, item] : ecu.parameters) {
            expect_evidence(item, where);
        }
    }
}

TEST(RecordedVehicles, AreReadInBoundedTimeWithEvidenceForEveryValue) {
    int connected = 0;
    for (const auto& [id, dialogue] : dialogues()) {
        const auto played = play(dialogue);
        EXPECT_LT(played.took, std::chrono::minutes(4)) << id;
        if (played.result.has_error()) {
            // Only what the recording itself shows: a cut, a wrong baud rate, a silent adapter.
            const auto fault = played.result.error().fault;
            EXPECT_TRUE(
                fault == protocols::Fault::adapter_silent ||
                fault == protocols::Fault::not_an_adapter ||
                fault == protocols::Fault::adapter_restarted
            ) << id
              << " " << static_cast<int>(fault) << " " << played.result.error().detail;
            continue;
        }
        connected += played.result.value().connected ? 1 : 0;
        expect_evidence(played.result.value(), id);
        protocols::transcript::Replayer replayer(played.transcript);
        ASSERT_TRUE(replayer.next_conversation());
        Reading again;
        const auto repeated = replayer.run(again);
        ASSERT_TRUE(repeated.has_value()) << id;
        EXPECT_EQ(to_json(repeated.value()), to_json(played.result.value())) << id;
    }
    std::cerr << "  connected: " << connected << "\n";
}

/// What an item of to_json() says, in one value; nothing where the recording has no answer.
boost::json::value brief(const boost::json::object& item) {
    const auto& state = item.at("state").as_string();
    if (const auto* value = item.if_contains("value"); value != nullptr && state == "ok") {
        return *value;
    }
    if (state == "negative") {
        return {{"negative", item.at("code")}};
    }
    if (state == "unsupported" || state == "not_asked" || state == "silent") {
        return nullptr;
    }
    return {{state, item.contains("detail") ? item.at("detail") : boost::json::value("")}};
}

/// Bitmaps as one word, e.g. `01 03 04`.
boost::json::value shorter(boost::json::value value) {
    if (!value.is_array() || value.as_array().empty() || !value.as_array()[0].is_string()) {
        return value;
    }
    std::string words;
    for (const auto& word : value.as_array()) {
        words += (words.empty() ? "" : " ") + std::string(word.as_string());
    }
    return boost::json::value(words);
}

/// A snapshot without its bytes, for people to compare with the dialogue.
boost::json::object brief(const Snapshot& snapshot) {
    boost::json::object said;
    const auto whole = to_json(snapshot).as_object();
    if (!snapshot.connected) {
        return {{"not_connected", true}};
    }
    said["protocol"] = protocols::bus::id(snapshot.protocol);
    for (const auto& ecu : whole.at("ecus").as_array()) {
        boost::json::object one;
        for (const auto& [name, item] : ecu.as_object()) {
            if (name == "parameters") {
                for (const auto& [pid, parameter] : item.as_object()) {
                    if (auto value = brief(parameter.as_object()); !value.is_null()) {
                        one[pid] = std::move(value);
                    }
                }
            } else if (item.is_object() && name != "more") {
                if (auto value = brief(item.as_object()); !value.is_null()) {
                    one[name] = shorter(std::move(value));
                }
            }
        }
        said[ecu.at("address").as_string()] = std::move(one);
    }
    said["notes"] = whole.at("notes");
    boost::json::array findings;
    for (const auto& finding : whole.at("findings").as_array()) {
        findings.push_back({finding.at("id"), finding.at("detail")});
    }
    said["findings"] = std::move(findings);
    return said;
}

// Each line of the golden file was compared with its dialogue by a person.
TEST(RecordedVehicles, SayWhatAPersonReadsInTheirDialogues) {
    const auto all = dialogues();
    if (all.empty()) {
        return;
    }
    std::string text;
    for (const auto& [id, dialogue] : all) {
        const auto result = play(dialogue).result;
        const auto said =
            result.has_value()
                ? brief(result.value())
                : boost::json::object{{"fault", static_cast<int>(result.error().fault)}};
        text += boost::json::serialize(boost::json::object{{"id", id}, {"said", said}}) + "\n";
    }
    const auto path = std::filesystem::path(SOURCE_ROOT) / "tests/obd/dialogues_golden.jsonl";
    if (std::getenv("OBD_GOLDEN") != nullptr) {  // to be reviewed line by line
        std::ofstream(path) << text;
    }
    std::ifstream golden(path);
    std::istringstream now(text);
    std::string expected;
    std::string line;
    while (std::getline(golden, expected)) {
        ASSERT_TRUE(std::getline(now, line)) << "missing: " << expected.substr(0, 60);
        EXPECT_EQ(line, expected);
    }
    EXPECT_FALSE(std::getline(now, line)) << "not reviewed: " << line.substr(0, 60);
}

TEST(RecordedVehicles, KeepTheirQuirksApart) {
    const auto all = dialogues();
    if (all.empty()) {
        return;
    }
    // A control unit that only refuses: found, and nothing is made up for it.
    const auto sprinter = play(all.at("mb-sprinter-2015")).result;
    ASSERT_TRUE(sprinter.has_value());
    ASSERT_EQ(sprinter.value().ecus.size(), 1U);
    EXPECT_EQ(sprinter.value().ecus[0].address.text(), "7EC");
    EXPECT_EQ(sprinter.value().ecus[0].pids.absence, Absence::negative);
    EXPECT_EQ(sprinter.value().ecus[0].pids.code, 0x7F);
    EXPECT_FALSE(sprinter.value().ecus[0].status.value);
    // A bus without acknowledgement is no silent vehicle, and no vehicle either.
    const auto jeep = play(all.at("jeep-wrangler-2013")).result;
    ASSERT_TRUE(jeep.has_value());
    EXPECT_FALSE(jeep.value().connected);
}

}  // namespace
}  // namespace obd
