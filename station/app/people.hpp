#pragma once

#include "station/records/store.hpp"
#include "station/staff/roster.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace station::app {

/// Who has proved who they are, and the key that their PIN opened.
struct AtWork {
    staff::Person person;
    seal::KeyPair keys;
    std::string method;  ///< pin, pin+code, badge+pin, badge+pin+code.
    std::string roster;  ///< SHA-256 of the list that says so.
};

/// What somebody proves themselves with.
struct Proof {
    std::string who;  ///< Their id, or what their badge's barcode says.
    std::string pin;
    std::string code;  ///< One-time code; empty where none is asked.
};

/// People of one station: signing in against the installed list, with every attempt in the records.
/// Without a list anybody names themselves, and nothing they do is asserted.
class People {
public:
    /// Faults: store_*; malformed or key_unusable: the list on disk is not what was installed.
    [[nodiscard]] static protocols::Result<People> open(records::Store& store);

    /// A list is installed: nobody works without proof.
    [[nodiscard]] bool required() const { return roster_.has_value(); }
    [[nodiscard]] const std::optional<staff::Roster>& roster() const { return roster_; }
    [[nodiscard]] const std::optional<AtWork>& current() const { return current_; }

    /// nullopt, or why not, with what to do. The one before is signed out; where `inspection` names
    /// one under way, that it was taken over is recorded. Faults: store_*.
    using Refusal = std::optional<criteria::BothLanguages>;
    [[nodiscard]] protocols::Result<Refusal> sign_in(
        const Proof& proof, std::string_view inspection = {}
    );
    /// `why`: asked, idle, ended. Faults: store_*.
    [[nodiscard]] protocols::Result<void> sign_out(std::string_view why);

    /// Somebody with a role proves who they are for one act, beside whoever is at work: never the
    /// same person. Faults: store_*.
    struct Second {
        std::string id;  ///< Empty when refused.
        Refusal refused;
    };
    [[nodiscard]] protocols::Result<Second> second(
        const Proof& proof, staff::Role role, std::string_view first
    );

    /// Lets somebody try again who was locked out. Faults: store_*.
    [[nodiscard]] protocols::Result<Refusal> unlock(std::string_view who, const Proof& supervisor);

private:
    struct Proved {
        std::optional<AtWork> who;
        Refusal refused;
    };
    explicit People(records::Store& store) : store_(&store) {}
    [[nodiscard]] protocols::Result<Proved> prove(const Proof& proof);
    [[nodiscard]] protocols::Result<void> note(
        std::string_view kind, std::string_view by, boost::json::object details
    );

    records::Store* store_;
    std::optional<staff::Roster> roster_;
    std::optional<AtWork> current_;
};

/// What somebody asserts by confirming an inspection: a statement that their own key signs. JSON.
struct Statement {
    std::string inspection;
    std::string verdict;
    std::string vin;
    std::string plate;
    std::string transcript;  ///< SHA-256 of the stored transcript, hex.
    std::string at;
};
[[nodiscard]] std::string assertion(const AtWork& who, const Statement& statement);

/// Installs a signed list of people: newer than the installed one, signed by a key that is trusted
/// here (`trust`, hex, the first time). Recorded. Faults: malformed, key_unusable, store_*.
[[nodiscard]] protocols::Result<staff::Roster> install_roster(
    records::Store& store, std::string_view text, std::string_view trust
);

/// Nobody has touched the station for so long: the front end signs out, but never during a reading.
inline constexpr std::int64_t idle_ms = std::int64_t{15} * 60 * 1000;

}  // namespace station::app
