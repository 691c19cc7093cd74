#pragma once

#include "station/criteria/texts.hpp"
#include "station/seal/document.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Who may work at a station: a signed, expiring list that holds without a network. Format:
/// FORMAT.md.
namespace station::staff {

enum class Role { technician, supervisor, auditor };
[[nodiscard]] std::string_view id(Role role);
[[nodiscard]] std::optional<Role> role_from_id(std::string_view id);

/// Somebody on the list. What they prove themselves with is a key of their own, sealed by their
/// PIN (argon2id); the list holds no PIN.
struct Person {
    std::string id;
    std::string name;
    std::vector<Role> roles;
    std::string language;  ///< es or en.
    seal::PublicKey key{};
    std::string salt;    ///< Of the PIN.
    std::string sealed;  ///< Nonce and box: the key's seed and, with one-time codes, their secret.
    bool one_time_code = false;  ///< A code (RFC 6238) is asked beside the PIN.
    std::string badge;           ///< SHA-256 of what the badge's barcode says, hex; empty: none.
    std::string until;           ///< Last day of this person; empty: the list's.

    [[nodiscard]] bool has(Role role) const;
};

struct Roster {
    std::string sha256;  ///< Of the payload: what an assertion names.
    std::int64_t version = 0;
    std::string expires;  ///< Last day.
    std::vector<Person> people;

    [[nodiscard]] const Person* find(std::string_view id) const;
    [[nodiscard]] const Person* by_badge(std::string_view scanned) const;
    /// Whether somebody may sign in on a day: the list's last day and their own.
    [[nodiscard]] bool in_force(const Person& person, std::string_view day) const;
};
/// Payload of a signed document of kind `roster`. Fault: malformed, with the person and what to
/// write.
[[nodiscard]] protocols::Result<Roster> read_roster(std::string_view payload);

/// A person and the key that only their PIN opens.
struct Unlocked {
    std::string id;
    seal::KeyPair keys;
    std::string one_time_secret;
};
/// nullopt for a wrong PIN. Takes about a tenth of a second by intent.
[[nodiscard]] std::optional<Unlocked> unlock(const Person& person, std::string_view pin);

/// Which 30 s step a code is of, one before and one after being forgiven; nullopt for a wrong one.
[[nodiscard]] std::optional<std::int64_t> step_of_code(
    std::string_view secret, std::string_view code, std::int64_t now_s
);

/// Who goes onto a list, in clear: only ever in the hands of whoever makes it.
struct Plan {
    std::int64_t version = 0;
    std::string expires;
    struct One {
        std::string id;
        std::string name;
        std::vector<Role> roles;
        std::string language = "es";
        std::string pin;
        std::string badge;
        bool one_time_code = false;
        std::string until;
    };
    std::vector<One> people;
};
/// Schema `roster_plan.schema.json`. Fault: malformed.
[[nodiscard]] protocols::Result<Plan> read_plan(std::string_view text);
/// The list's payload, and what those with one-time codes scan (`otpauth:` addresses).
struct Made {
    std::string payload;
    std::vector<std::pair<std::string, std::string>> codes;  ///< Person, address.
};
[[nodiscard]] Made make_roster(const Plan& plan);

}  // namespace station::staff
