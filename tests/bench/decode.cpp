// Decoding and judging, per core: `items_per_second` are messages, replies or judgements.
#include "obd/decode/information.hpp"
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"
#include "obd/decode/signals.hpp"
#include "obd/decode/test_results.hpp"
#include "obd/snapshot/meaning.hpp"
#include "protocols/elm327/frames.hpp"
#include "protocols/elm327/reply.hpp"
#include "station/criteria/judge.hpp"

#include <benchmark/benchmark.h>

namespace {

using protocols::Bytes;

void count(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations());
}

/// The floor: copying a message of the same size and adding its bytes up.
void floor_touching_every_byte(benchmark::State& state) {
    const Bytes message = *protocols::from_hex("410C1AF8");
    for (auto _ : state) {
        Bytes copy = message;
        benchmark::DoNotOptimize(protocols::elm327::byte_sum(copy));
    }
    count(state);
}
BENCHMARK(floor_touching_every_byte);

void scalar_parameter(benchmark::State& state) {
    const Bytes message = *protocols::from_hex("410C1AF8");
    for (auto _ : state) {
        const auto* row = obd::parameter_row(message[1]);
        benchmark::DoNotOptimize(obd::read_parameter(*row, protocols::ByteView(message).subspan(2))
        );
    }
    count(state);
}
BENCHMARK(scalar_parameter);

/// Every PID of one value in turn, as a reader of everything meets them.
void every_scalar_parameter(benchmark::State& state) {
    const Bytes data(8, 0x55);
    std::vector<const obd::ParameterRow*> rows;
    for (int pid = 0; pid <= 0xFF; ++pid) {
        if (const auto* row = obd::parameter_row(static_cast<std::uint8_t>(pid))) {
            rows.push_back(row);
        }
    }
    std::size_t at = 0;
    for (auto _ : state) {
        const auto& row = *rows[at++ % rows.size()];
        benchmark::DoNotOptimize(
            obd::read_parameter(row, protocols::ByteView(data).first(row.bytes))
        );
    }
    count(state);
}
BENCHMARK(every_scalar_parameter);

void several_signals(benchmark::State& state) {
    const Bytes data = *protocols::from_hex("80003FF0");
    for (auto _ : state) {
        benchmark::DoNotOptimize(obd::read_signals(*obd::signals_row(0x24), data));
    }
    count(state);
}
BENCHMARK(several_signals);

void packed_answer(benchmark::State& state) {
    const Bytes data = *protocols::from_hex("0C1AF80D00057B0680");
    for (auto _ : state) {
        benchmark::DoNotOptimize(obd::split_parameters(data));
    }
    count(state);
}
BENCHMARK(packed_answer);

void test_result(benchmark::State& state) {
    const Bytes message = *protocols::from_hex("46218124006400500078");
    for (auto _ : state) {
        benchmark::DoNotOptimize(obd::read_test_results(message));
    }
    count(state);
}
BENCHMARK(test_result);

void stored_codes(benchmark::State& state) {
    const std::vector<Bytes> messages{*protocols::from_hex("43020133017A")};
    for (auto _ : state) {
        benchmark::DoNotOptimize(obd::read_dtcs(messages, obd::Framing::can));
    }
    count(state);
}
BENCHMARK(stored_codes);

void monitor_status(benchmark::State& state) {
    const Bytes data = *protocols::from_hex("8307E504");
    for (auto _ : state) {
        benchmark::DoNotOptimize(obd::read_monitor_status(data));
    }
    count(state);
}
BENCHMARK(monitor_status);

void vin(benchmark::State& state) {
    const std::vector<Bytes> messages{
        *protocols::from_hex("4902013147314A43353434345237323532333637")};
    for (auto _ : state) {
        benchmark::DoNotOptimize(obd::read_vin(messages, obd::Framing::can));
    }
    count(state);
}
BENCHMARK(vin);

void reply_to_messages(benchmark::State& state) {
    const std::string raw =
        "7E8101449020131473\r7E8214A433534343452\r7E82237323532333637\r7E9024300\r\r";
    for (auto _ : state) {
        const auto reply = protocols::elm327::read_reply(raw, "0902");
        benchmark::DoNotOptimize(
            protocols::elm327::read_frames(reply.lines, protocols::bus::Protocol::can11_500)
        );
    }
    count(state);
}
BENCHMARK(reply_to_messages);

void meaning_as_json(benchmark::State& state) {
    const std::vector<Bytes> messages{*protocols::from_hex("410C1AF8")};
    for (auto _ : state) {
        benchmark::DoNotOptimize(obd::meaning(messages, obd::Framing::can));
    }
    count(state);
}
BENCHMARK(meaning_as_json);

void judgement(benchmark::State& state) {
    using namespace station::criteria;
    const auto profile = read_profile(profile_text("us-ca-bar-ois").value());
    const std::string text =
        R"({"vehicle":{"model_year":2015,"fuel":"gasoline","gvwr_kg":1700},"obd":{"connected":true,)"
        R"("connector":"ok","engine_running":true,"mil_commanded":false,"mil_lit_koeo":true,)"
        R"("mil_lit_running":false,"confirmed":["P0420"],"pending":[],"permanent":[],)"
        R"("monitors":{"MIS":"complete","CAT":"incomplete"}}})";
    const auto facts = read_facts(parse_json(text).value(), text);
    for (auto _ : state) {
        benchmark::DoNotOptimize(judge(profile.value(), facts.value()));
    }
    count(state);
}
BENCHMARK(judgement);

}  // namespace
