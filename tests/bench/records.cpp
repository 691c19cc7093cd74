// Records against floors measured in the same run: committing, history, start, verifying, printing.
// OBD_BENCH_BODY: a file with the body of a real inspection; OBD_BENCH_MILLION: rows of the
// history.
#include "station/app/people.hpp"
#include "station/records/store.hpp"
#include "station/records/verify.hpp"
#include "station/report/pdf/pdf.hpp"

#include <boost/json/parse.hpp>

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace {

namespace records = station::records;
using Clock = std::chrono::steady_clock;

double ms_of(const std::function<void()>& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

void must(bool right, const char* what) {
    if (!right) {
        std::fprintf(stderr, "bench_records: %s\n", what);
        std::exit(1);
    }
}

std::string body_of_run() {
    const char* path = std::getenv("OBD_BENCH_BODY");
    must(path != nullptr, "OBD_BENCH_BODY is needed");
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// The same bytes committed one by one with the same settings, neither hashed nor signed: in one
/// table, or in one with the columns and indexes by which a vehicle is found.
class Bare {
public:
    Bare(const std::filesystem::path& file, bool listed) {
        must(sqlite3_open(file.c_str(), &handle_) == SQLITE_OK, "cannot open");
        run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
        run("CREATE TABLE record(sequence INTEGER PRIMARY KEY, previous BLOB, hash BLOB,"
            "  signature BLOB, stamp BLOB, vin TEXT, plate TEXT, body BLOB, transcript BLOB)");
        if (listed) {
            run("CREATE INDEX by_vin ON record(vin); CREATE INDEX by_plate ON record(plate)");
        }
        insert_ = prepare(
            "INSERT INTO record(previous, hash, signature, stamp, vin, plate, body, transcript)"
            " VALUES(zeroblob(32), zeroblob(32), zeroblob(64), zeroblob(170), '', 'PTR-55-21',"
            "  ?, ?)"
        );
    }
    ~Bare() {
        sqlite3_finalize(insert_);
        sqlite3_close(handle_);
    }
    Bare(const Bare&) = delete;
    Bare& operator=(const Bare&) = delete;

    void commit(const std::string& body, const std::string& transcript) {
        const auto bind = [&](int at, const std::string& bytes) {
            sqlite3_bind_blob(insert_, at, bytes.data(), static_cast<int>(bytes.size()), nullptr);
        };
        run("BEGIN IMMEDIATE");
        bind(1, body);
        bind(2, transcript);
        step(insert_);
        run("COMMIT");
    }

private:
    void run(const char* sql) {
        must(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
    }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        must(sqlite3_prepare_v2(handle_, sql, -1, &statement, nullptr) == SQLITE_OK, sql);
        return statement;
    }
    static void step(sqlite3_stmt* statement) {
        must(sqlite3_step(statement) == SQLITE_DONE, "cannot insert");
        sqlite3_reset(statement);
    }
    sqlite3* handle_ = nullptr;
    sqlite3_stmt* insert_ = nullptr;
};

void committing(const std::filesystem::path& folder, const std::string& body) {
    auto store = records::Store::open(folder / "commit").value();
    Bare bare(folder / "bare.sqlite", false);
    Bare listed(folder / "listed.sqlite", true);
    const std::string transcript(body.size() / 3, 't');
    std::vector<double> to_bare;
    std::vector<double> to_listed;
    std::vector<double> ours;
    constexpr int rounds = 21;
    constexpr int each = 40;
    for (int round = 0; round < rounds; ++round) {
        const auto time = [&](auto&& commit) {
            return ms_of([&] {
                for (int i = 0; i < each; ++i) {
                    commit();
                }
            });
        };
        double one_table = 0;
        double same_rows = 0;
        double signed_ = 0;
        // Each goes first in turn: what one leaves to the disk burdens the next.
        for (int turn = 0; turn < 3; ++turn) {
            switch ((round + turn) % 3) {
                case 0:
                    one_table = time([&] { bare.commit(body, transcript); });
                    break;
                case 1:
                    same_rows = time([&] { listed.commit(body, transcript); });
                    break;
                default: {
                    // Handed over, as a session does.
                    std::vector<std::pair<std::string, std::string>> handed(
                        each, {body, transcript}
                    );
                    std::size_t next = 0;
                    signed_ = time([&] {
                        auto& [its_body, its_transcript] = handed[next++];
                        must(
                            store.append("", std::move(its_body), std::move(its_transcript))
                                .has_value(),
                            "cannot append"
                        );
                    });
                    break;
                }
            }
        }
        to_bare.push_back(signed_ / one_table);
        to_listed.push_back(signed_ / same_rows);
        ours.push_back(signed_ / each);
    }
    std::printf(
        "commit of %zu + %zu bytes, chained and signed: %.3f ms; %.2f x the same rows unsigned "
        "(aim 1.3), %.2f x one bare table that nothing is found by\n",
        body.size(), transcript.size(), median(ours), median(to_listed), median(to_bare)
    );
}

/// Rows of a history as if so many inspections had been stored.
void fill(const std::filesystem::path& file, int rows) {
    sqlite3* handle = nullptr;
    must(sqlite3_open(file.c_str(), &handle) == SQLITE_OK, "cannot open");
    const auto sql =
        "PRAGMA synchronous=OFF; PRAGMA foreign_keys=OFF; BEGIN;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(rows) +
        ") INSERT INTO record(sequence, previous, hash, signature, stamp, vin, plate, started, "
        "type,"
        "  verdict, visit, body, transcript)"
        " SELECT i, zeroblob(32), zeroblob(32), zeroblob(64), x'7b7d',"
        "  printf('3N1CN7AD3KL%06d', i % 400000), printf('PTR-%05d', i % 400000),"
        "  '2026-11-26T00:00:00Z', 'inspection', 'PASS', 1, x'7b7d', x'' FROM n; COMMIT";
    must(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK, "cannot fill");
    sqlite3_close(handle);
}

void history(const std::filesystem::path& folder, int rows) {
    const auto here = folder / "history";
    static_cast<void>(records::Store::open(here).value());
    fill(here / "station.sqlite", rows);
    auto store = records::Store::open(here).value();
    std::vector<double> times;
    for (int i = 0; i < 300; ++i) {
        char vin[32];
        char plate[32];
        std::snprintf(vin, sizeof vin, "3N1CN7AD3KL%06d", i * 1300 % 400000);
        std::snprintf(plate, sizeof plate, "PTR-%05d", i * 1300 % 400000);
        times.push_back(ms_of([&] {
            must(!store.seen(i % 2 == 0 ? vin : "", plate, 20).value().empty(), "nothing found");
        }));
    }
    std::ranges::sort(times);
    std::printf(
        "history by plate or VIN over %d records: median %.3f ms, slowest %.3f ms (aim 5 ms)\n",
        rows, median(times), times.back()
    );
}

void starting(const std::filesystem::path& folder) {
    constexpr int rows = 100'000;
    const auto here = folder / "start";
    static_cast<void>(records::Store::open(here).value());
    fill(here / "station.sqlite", rows);
    std::vector<double> times;
    for (int i = 0; i < 7; ++i) {
        times.push_back(ms_of([&] {
            auto store = records::Store::open(here).value();
            must(store.hold().has_value(), "held");
            must(station::app::People::open(store).has_value(), "people");
            must(store.left_open().has_value(), "left open");
            must(store.unsent_count().has_value(), "unsent");
            must(store.clock_set_back().has_value(), "clock");
        }));
    }
    std::printf("start to ready with %d records: %.1f ms (aim 1000 ms)\n", rows, median(times));
    // 30 days without a network: the next record costs what the first did.
    auto full = records::Store::open(here).value();
    auto empty = records::Store::open(folder / "empty").value();
    std::vector<double> ratios;
    const std::string body(20000, 'x');
    for (int round = 0; round < 15; ++round) {
        const auto append = [&](records::Store& store) {
            return ms_of([&] {
                for (int i = 0; i < 20; ++i) {
                    must(store.append("", body, "t").has_value(), "append");
                }
            });
        };
        const double first = append(round % 2 == 0 ? full : empty);
        const double second = append(round % 2 == 0 ? empty : full);
        ratios.push_back(round % 2 == 0 ? first / second : second / first);
    }
    const auto counted = ms_of([&] { must(full.unsent_count().has_value(), "unsent"); });
    std::printf(
        "commit behind %d unsent records: %.2f x behind none; counting them %.1f ms\n", rows,
        median(ratios), counted
    );
}

void verifying(const std::filesystem::path& folder, const std::string& body) {
    for (const auto& [name, size] : {std::pair{"2 kB", std::size_t{2048}}, {"real", body.size()}}) {
        const auto here = folder / (std::string("verify-") + name);
        constexpr int count = 4000;
        {
            auto store = records::Store::open(here).value();
            must(
                store
                    .look([](station::sqlite::Database& database) {
                        return database.execute("PRAGMA synchronous=OFF");
                    })
                    .has_value(),
                "pragma"
            );
            for (int i = 0; i < count; ++i) {
                must(
                    store
                        .append(
                            "", size == body.size() ? body : "\"" + std::string(size, 'x') + "\"",
                            "t"
                        )
                        .has_value(),
                    "append"
                );
            }
        }
        for (const auto& [what, signatures, aim] :
             {std::tuple{"every signature", station::chain::Signatures::every, 8000},
              std::tuple{"heads only", station::chain::Signatures::heads, 20000}}) {
            std::vector<double> rates;
            for (int i = 0; i < 5; ++i) {
                rates.push_back(
                    count / ms_of([&] {
                        must(records::verify(here, signatures).value().problem.empty(), "broken");
                    }) *
                    1000
                );
            }
            std::printf(
                "verify, %s, records of %zu bytes: %.0f a second and core (aim %d)\n", what, size,
                median(rates), aim
            );
        }
    }
}

void printing(const std::filesystem::path& folder, const std::string& body) {
    const auto sheet = station::report::sheet_of(
        boost::json::parse(body), {"ST-0123456789ab-17", std::string(64, 'a'), "Los Pinos",
                                   "OBDC1:" + std::string(285, 'A'), 1}
    );
    std::vector<double> times;
    for (int i = 0; i < 15; ++i) {
        times.push_back(ms_of([&] {
            must(
                station::report::write_pdf(
                    sheet, station::report::Paper::letter, station::report::Languages::both,
                    folder / "page.pdf"
                )
                    .has_value(),
                "no page"
            );
        }));
    }
    std::printf(
        "PDF of a report: first %.0f ms, then %.0f ms (aim 150 ms)\n", times.front(), median(times)
    );
}

}  // namespace

int main() {
    const auto folder =
        std::filesystem::temp_directory_path() / ("bench-records-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto body = body_of_run();
    const char* million = std::getenv("OBD_BENCH_MILLION");
    committing(folder, body);
    history(folder, million == nullptr ? 1'000'000 : std::atoi(million));
    starting(folder);
    verifying(folder, body);
    printing(folder, body);
    std::filesystem::remove_all(folder);
    return 0;
}
