// Every file and message this product reads: whatever the bytes, a value or a reason.
#include "obd/session/settings.hpp"
#include "protocols/base/ensure.hpp"
#include "protocols/simulator/dialogue.hpp"
#include "protocols/simulator/vehicle.hpp"
#include "protocols/transcript/transcript.hpp"
#include "station/criteria/judge.hpp"
#include "station/criteria/profile.hpp"
#include "station/inspection/inspection.hpp"
#include "sync/wire/wire.hpp"
#include "tests/fuzz/target.hpp"

namespace {

template <class T>
void expect_reason(const protocols::Result<T>& result) {
    ENSURE(result.has_value() || !result.error().detail.empty());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    expect_reason(protocols::simulator::read_vehicle(text));
    expect_reason(protocols::simulator::read_dialogue(text));
    expect_reason(obd::settings_from_text(text));
    expect_reason(syncing::wire::batch_from_text(text));
    expect_reason(syncing::wire::reply_from_text(text));
    const auto transcript = protocols::transcript::transcript_from_text(text);
    expect_reason(transcript);
    if (transcript.has_value()) {
        const auto again = protocols::transcript::to_text(transcript.value());
        ENSURE(protocols::transcript::transcript_from_text(again).has_value());
        static_cast<void>(station::inspection::replay(transcript.value(), 1));
    }
    const auto profile = station::criteria::read_profile(text);
    expect_reason(profile);
    const auto parsed = station::criteria::parse_json(text);
    if (parsed.has_value()) {
        const auto facts = station::criteria::read_facts(parsed.value(), text);
        expect_reason(facts);
        static const auto generic =
            station::criteria::read_profile(station::criteria::profile_text("generic").value());
        if (facts.has_value()) {
            static_cast<void>(station::criteria::judge(generic.value(), facts.value()));
        }
        static_cast<void>(station::inspection::stated_from(parsed.value()));
    }
    return 0;
}

std::vector<std::string> seeds() {
    return {
        R"({"connect_attempts":3,"total_s":180,"first":"can11_500","baud":38400,"known":{"banner":"x",)"
        R"("stn":"","baud":500000,"counting":"frames","interrupts":true}})",
        R"({"schema":"obd-sim/vehicle/1","name":"x","title":{"en":"a","es":"b"},"protocol":"can11_500",)"
        R"("ecus":[{"address":"7E8","vin":"1G1JC5444R7252367","stored":["P0420"],"mil":true,)"
        R"("monitors":{"ignition":"spark","supported":["misfire"],"incomplete":[]},)"
        R"("parameters":{"0C":{"raw":3000,"swing":60,"period_s":3.7,"bytes":2}}}]})",
        R"({"id":"x","protocol":"6","exchanges":[{"req":"0100","raw":"7E8064100BE3FB813","prompt":true}]})",
        R"({"schema":"obd-station/batch/1","station":"ST-000000000000","public_key":")" +
            std::string(64, '0') + R"(","records":[]})",
        R"({"schema":"obd-station/reply/1","results":[{"sequence":1,"status":"created","code":""}],)"
        R"("head":1,"receipt":"{}","signature":"","centre_key":""})",
        "{\"schema\":\"obd-station/transcript/1\"}\n{\"t\":0,\"k\":\"begin\"}\n"
        "{\"t\":1,\"k\":\"tx\",\"text\":\"ATZ\\r\"}\n{\"t\":2,\"k\":\"rx\",\"hex\":\"FC0D\"}\n"
        "{\"t\":3,\"k\":\"timeout\"}\n{\"t\":4,\"k\":\"lost\",\"text\":\"eof\"}\n",
        R"({"vehicle":{"model_year":2015,"fuel":"gasoline"},"obd":{"connected":true,"confirmed":["P0420"],)"
        R"("monitors":{"CAT":"complete"}},"context":{"visit":1}})",
        R"({"schema":"obd-station/profile/1","id":"x","rules":[{"id":"A","stage":"criteria","require":)"
        R"({"all":[{"fact":"vehicle.gvwr_kg","op":"le","value":{"value":1,"unit":"lb"}},)"
        R"({"monitors":"at_most_incomplete","count":1},{"not":{"fact":"obd.confirmed","op":"empty"}}]}}]})",
    };
}
