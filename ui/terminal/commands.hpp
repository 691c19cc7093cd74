#pragma once

#include "protocols/base/result.hpp"
#include "protocols/transcript/transcript.hpp"
#include "station/criteria/profile.hpp"
#include "station/inspection/inspection.hpp"
#include "station/records/store.hpp"
#include "station/report/text.hpp"
#include "ui/terminal/arguments.hpp"

#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace ui::terminal {

/// Documented in README.md: 0, 10-15 are verdicts, 16-17 adapters, 2 usage, 1 and 20-36 errors.
inline constexpr int exit_ok = 0;
inline constexpr int exit_error = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_reading_only = 16;
inline constexpr int exit_unfit = 17;
inline constexpr int exit_not_genuine = 18;
[[nodiscard]] int exit_code(station::criteria::Verdict verdict);

/// A world fault that ends a command with its message and exit code.
struct Stopped : std::runtime_error {
    explicit Stopped(protocols::Failure why)
        : std::runtime_error(why.detail), failure(std::move(why)) {}
    protocols::Failure failure;
};

/// The value, or Stopped.
template <class T>
[[nodiscard]] T value_or_stop(protocols::Result<T>&& result) {
    if (result.has_error()) {
        throw Stopped(result.error());
    }
    return std::move(result.value());
}

/// es unless --lang or the environment says en.
[[nodiscard]] station::report::Language language(const std::string& chosen);

/// Whole file, or standard input for `-`. Stopped with malformed when unreadable.
[[nodiscard]] std::string file_text(const std::string& path);

/// Stopped with store_read_only when it cannot be written.
void write_transcript(const std::string& path, const protocols::transcript::Transcript& transcript);

struct LoadedProfile {
    std::string source;
    station::criteria::Tables tables;
    station::criteria::Profile profile;
    std::optional<station::inspection::BundleName> bundle;  ///< When it comes from one.
};
/// A programme's text, and the reference tables it may name.
struct CriteriaSource {
    std::string source;
    station::criteria::Tables tables;
};
/// By `ID` of one built in, or `FILE.json` with tables in a folder `tables` beside or above it.
[[nodiscard]] CriteriaSource criteria_at(const std::string& name);
/// `ID[@VARIANT]` or `FILE.json[@VARIANT]`; `variant` overrides. An id is that of the bundle the
/// station has installed, where it has one that knows it.
[[nodiscard]] LoadedProfile load_profile(
    const std::string& name, std::string variant = {}, const std::string& station = {}
);

/// Judges one set of facts by every programme, in their order: words to stderr, JSON to stdout; one
/// judgement, or `{"programmes": […]}` for several. The exit code of the first that does not pass.
int judge_by(
    const std::vector<LoadedProfile>& programmes,
    const station::criteria::Facts& facts,
    bool assume_applicable,
    bool spanish
);

/// The record that `--sequence` names. UsageError when there is none; Stopped.
[[nodiscard]] station::records::Record record_named(
    const Arguments& arguments, station::records::Store& store
);

// One function a command: argv from argv[2] on; JSON to stdout, words for people to stderr.
int adapters(int argc, char** argv);
int read(int argc, char** argv);
int judge(int argc, char** argv);
int programme(int argc, char** argv);
int amend(int argc, char** argv);
int bundle(int argc, char** argv);
int export_records(int argc, char** argv);
int run(int argc, char** argv);
int replay(int argc, char** argv);
int verify(int argc, char** argv);
int decode(int argc, char** argv);
int explain(int argc, char** argv);
int send(int argc, char** argv);
int people(int argc, char** argv);
int station_clock(int argc, char** argv);
int station_key(int argc, char** argv);
int station_settings(int argc, char** argv);
int certificates(int argc, char** argv);
int report(int argc, char** argv);
int paper_stock(int argc, char** argv);
int backup(int argc, char** argv);
int restore(int argc, char** argv);
int erase(int argc, char** argv);

}  // namespace ui::terminal
