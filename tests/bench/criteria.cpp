// Judging, loading criteria, and rehearsing them over a station's records.
#include "station/app/rehearsal.hpp"
#include "station/criteria/judge.hpp"
#include "station/criteria/lint.hpp"
#include "station/records/archive.hpp"
#include "station/records/store.hpp"

#include <benchmark/benchmark.h>
#include <sqlite3.h>
#include <boost/json/serialize.hpp>

#include <unistd.h>
#include <filesystem>

namespace {

namespace criteria = station::criteria;

criteria::Facts usual(const std::string& programme) {
    const auto document = criteria::parse_json(criteria::examples_text(programme)).value();
    const auto& value = document.at("baselines").at("usual");
    return criteria::read_facts(value, boost::json::serialize(value)).value();
}

void judging(benchmark::State& state, const std::string& programme) {
    const auto profile = criteria::read_profile(criteria::profile_text(programme).value()).value();
    const auto facts = usual(programme);
    for (auto _ : state) {
        benchmark::DoNotOptimize(criteria::judge(profile, facts));
    }
    state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(judging, mexico, "mx-nom-167-2017");
BENCHMARK_CAPTURE(judging, california, "us-ca-bar-ois");
BENCHMARK_CAPTURE(judging, epa, "us-epa-im");

void loading_all_profiles(benchmark::State& state) {
    for (auto _ : state) {
        for (const auto& id : criteria::profile_ids()) {
            const auto text = criteria::profile_text(id).value();
            benchmark::DoNotOptimize(criteria::read_profile(text));
            for (const auto& variant : criteria::variants_of(text)) {
                benchmark::DoNotOptimize(criteria::read_profile(text, variant));
            }
        }
    }
}
BENCHMARK(loading_all_profiles)->Unit(benchmark::kMillisecond);

/// A station's folder with `count` records of one real inspection (OBD_BENCH_BODY: a file with the
/// body of one), made once.
std::filesystem::path station_with(int count) {
    const auto folder =
        std::filesystem::temp_directory_path() / ("bench-criteria-" + std::to_string(::getpid()));
    static bool made = false;
    if (made) {
        return folder;
    }
    made = true;
    (void)station::records::Store::open(folder).value();
    sqlite3* store = nullptr;
    sqlite3_open((folder / "station.sqlite").c_str(), &store);
    const auto* path = std::getenv("OBD_BENCH_BODY");
    std::string body(path == nullptr ? "" : path);
    const auto sql =
        "INSERT INTO record WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
        " WHERE i < " +
        std::to_string(count) +
        ") SELECT i, x'00', x'00', x'00', readfile_body, x'00' FROM n,"
        " (SELECT CAST(? AS BLOB) AS readfile_body)";
    sqlite3_exec(
        store, "PRAGMA synchronous=OFF; PRAGMA journal_mode=WAL", nullptr, nullptr, nullptr
    );
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(store, sql.c_str(), -1, &insert, nullptr);
    FILE* file = std::fopen(body.c_str(), "rb");
    std::string text;
    for (int c = 0; file != nullptr && (c = std::fgetc(file)) != EOF;) {
        text += static_cast<char>(c);
    }
    if (file != nullptr) {
        std::fclose(file);
    }
    sqlite3_bind_blob(insert, 1, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
    sqlite3_step(insert);
    sqlite3_finalize(insert);
    sqlite3_close(store);
    return folder;
}

constexpr int records = 100'000;

/// The floor: every body read and nothing done with it, on one core.
void reading_bodies(benchmark::State& state) {
    const auto folder = station_with(records);
    for (auto _ : state) {
        auto archive = station::records::Archive::open(folder).value();
        std::size_t bytes = 0;
        (void)archive.bodies(1, records, [&](auto, auto body) {
            bytes += body.size();
            return true;
        });
        benchmark::DoNotOptimize(bytes);
    }
}
BENCHMARK(reading_bodies)->Unit(benchmark::kSecond)->Iterations(1)->UseRealTime();

void rehearsing(benchmark::State& state) {
    const auto folder = station_with(records);
    const auto before =
        criteria::read_profile(criteria::profile_text("mx-nom-167-2017").value()).value();
    const auto after =
        criteria::read_profile(criteria::profile_text("mx-nom-167-2017").value(), "edomex-saechvv")
            .value();
    for (auto _ : state) {
        const auto found = station::app::rehearse(folder, before, after, [](auto, auto) {});
        state.counters["judged"] = static_cast<double>(found.value().judged);
        state.counters["changes"] = static_cast<double>(found.value().changes.size());
    }
}
BENCHMARK(rehearsing)->Unit(benchmark::kSecond)->Iterations(2)->UseRealTime();

void cleaning(benchmark::State& state) {
    for (auto _ : state) {
    }
    std::filesystem::remove_all(station_with(0));
}
BENCHMARK(cleaning)->Iterations(1);

}  // namespace
