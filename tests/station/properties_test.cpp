#include "tests/support/programmes.hpp"

#include <array>
#include <random>

namespace station::criteria {
namespace {

// ---- Properties, over the facts of every example of every programme. ----------------------------

class AllFacts : public testing::Test {
protected:
    AllFacts() {
        for (const auto& id : profile_ids()) {
            const auto text = profile_text(id).value();
            profiles.push_back(read_profile(text).value());
            for (const auto& variant : variants_of(text)) {
                profiles.push_back(read_profile(text, variant).value());
            }
            const auto document = parse_json(examples_text(id)).value();
            for (const auto& baseline : document.at("baselines").as_object()) {
                starts.push_back(facts_of(baseline.value()));
            }
        }
    }
    /// A vehicle that differs from a usual one in a few places, a fact not known among them.
    Facts some() {
        auto facts = starts[random() % starts.size()];
        const auto changes = random() % 6;
        for (std::size_t i = 0; i < changes; ++i) {
            const auto& row = all_facts()[random() % all_facts().size()];
            if (facts.mentions(row) && row.path != "obd.pdtc_supported") {
                facts.set(row, {any_value(row), {}, "?"});
            }
        }
        return facts;
    }
    Value any_value(const FactRow& row) {
        if (random() % 3 == 0) {
            return {};
        }
        switch (row.kind) {
            case Kind::truth:
                return random() % 2 == 0;
            case Kind::number: {
                static constexpr std::array<double, 14> numbers{
                    0, 4, 5, 14, 15, 160, 161, 321, 322, 1996, 2001, 2006, 2010, 15000};
                return numbers[random() % numbers.size()];
            }
            case Kind::readiness:
                return std::string(std::array{"complete", "incomplete", "unsupported"}[random() % 3]
                );
            case Kind::codes:
                return std::vector<std::string>(random() % 2, "P0420");
            case Kind::words:
                return std::vector<std::string>(random() % 2, "leaks");
            case Kind::date:
                return std::string("2022-01-01");
            case Kind::text:
                break;
        }
        static constexpr std::array texts{"gasoline", "diesel",   "electric", "match",
                                          "mismatch", "ok",       "missing",  "OBD-II",
                                          "EOBD-E4",  "NOT_READY"};
        return std::string(texts[random() % texts.size()]);
    }

    std::mt19937 random{20261125};
    std::vector<Profile> profiles;
    std::vector<Facts> starts;
};

TEST_F(AllFacts, TakenAwayNeverTurnNotDeterminedIntoPass) {
    std::size_t open = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto facts = some();
        const auto& profile = profiles[random() % profiles.size()];
        const auto before = judge(profile, facts);
        if (before.verdict != Verdict::invalid) {
            continue;
        }
        ++open;
        for (const auto& row : all_facts()) {
            if (!known(facts.at(row).value)) {
                continue;
            }
            auto less = facts;
            less.set(row, {{}, {}, "taken away"});
            const auto after = judge(profile, less);
            ASSERT_NE(after.verdict, Verdict::pass)
                << profile.id << profile.variant << " without " << row.path << " "
                << json::serialize(to_json(facts));
        }
    }
    EXPECT_GT(open, 300U);
}

TEST_F(AllFacts, OfAFaultNeverTurnFailIntoPass) {
    // What can only speak against a vehicle.
    const std::vector<std::pair<std::string, Value>> faults{
        {"obd.mil_commanded", true},
        {"obd.mil_lit_running", true},
        {"obd.mil_lit_koeo", false},
        {"obd.confirmed", std::vector<std::string>{"P0420", "P0301"}},
        {"obd.pending", std::vector<std::string>{"P0420"}},
        {"obd.software", std::string("mismatch")},
        {"obd.evin", std::string("mismatch")},
        {"obd.data_profile", std::string("mismatch")},
        {"obd.findings", std::vector<std::string>{"vins_differ"}},
        {"obd.ecu_catalogued", false},
        {"visual.failed", std::vector<std::string>{"leaks", "exhaust"}},
        {"obd.monitors.CAT", std::string("incomplete")},
        {"obd.monitors.MIS", std::string("incomplete")},
        {"obd.monitors.PMF", std::string("incomplete")},
        {"obd.monitors.EVAP", std::string("incomplete")},
    };
    std::size_t failed = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto facts = some();
        const auto& profile = profiles[random() % profiles.size()];
        const auto before = judge(profile, facts).verdict;
        if (before == Verdict::pass || before == Verdict::none) {
            continue;
        }
        ++failed;
        for (const auto& [path, value] : faults) {
            // One the vehicle's ignition does not have cannot be incomplete.
            if (path.starts_with("obd.monitors.") && !facts.mentions(*find_fact(path))) {
                continue;
            }
            auto more = facts;
            more.set(path, {value, {}, ""});
            // Evidence, not a correction: where a fact said the contrary, this is another vehicle.
            const auto after = judge(profile, more).verdict;
            ASSERT_NE(after, Verdict::pass)
                << profile.id << profile.variant << " with " << path << " was " << id(before) << " "
                << json::serialize(to_json(facts));
        }
    }
    EXPECT_GT(failed, 1000U);
}

}  // namespace
}  // namespace station::criteria
