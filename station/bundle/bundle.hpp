#pragma once

#include "station/criteria/tables.hpp"
#include "station/criteria/texts.hpp"
#include "station/seal/seal.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Profiles, reference tables and code texts on their way from a programme to its stations, in the
/// manner of The Update Framework: four roles with keys, thresholds, versions and days of expiry.
/// Format: FORMAT.md. Pure: files and clocks are the caller's.
namespace station::bundle {

enum class Role { root, targets, snapshot, timestamp };
[[nodiscard]] std::string_view id(Role role);
[[nodiscard]] std::optional<Role> role_from_id(std::string_view id);

/// SHA-256 of the public key, lower-case hex.
[[nodiscard]] std::string key_id(const seal::PublicKey& key);

/// A bundle whose every byte a programme's keys vouch for.
struct Verified {
    std::string sha256;  ///< Of the whole file: what a verdict names.
    std::map<Role, std::int64_t> versions;
    std::map<Role, std::string> expires;  ///< UTC, `2027-01-31T00:00:00Z`.
    std::string root_sha256;              ///< Of the root's payload: what a first install trusts.
    std::map<std::string, std::string> files;  ///< By path, e.g. `profiles/mx-nom-167-2017.json`.

    /// The first role that is past its day; nullopt while none is.
    [[nodiscard]] std::optional<Role> expired(std::string_view now) const;
};

/// A bundle, or why it is refused.
struct Checked {
    std::optional<Verified> good;
    criteria::BothLanguages why;
};

/// Signatures and thresholds, consistency of the roles with each other, and every file's length and
/// hash. `trusted_root`: the SHA-256 of a root payload that is trusted from the start; the bundle's
/// chain of roots must contain it. Expiry is for the caller: expired().
[[nodiscard]] Checked check(std::string_view text, std::string_view trusted_root);

/// What an install demands beyond check(): not expired, no version older than the installed one's,
/// and criteria that this program understands and whose examples hold.
[[nodiscard]] Checked check_install(
    std::string_view text,
    std::string_view trusted_root,
    std::string_view now,
    const std::optional<Verified>& installed
);

/// Parts of a checked bundle. Faults: malformed, when a file cannot be read by this program.
[[nodiscard]] protocols::Result<criteria::Tables> tables_of(const Verified& bundle);
/// Words for codes that replace the built-in ones: code to both languages.
[[nodiscard]] protocols::Result<std::map<std::string, criteria::BothLanguages>> code_texts_of(
    const Verified& bundle
);

/// An unsigned bundle from a plan (schema `bundle_plan.schema.json`) and the files it carries.
/// `previous`: the bundle before this one, whose chain of roots is continued; empty for none.
/// Fault: malformed, the detail says what to write.
[[nodiscard]] protocols::Result<std::string> make(
    std::string_view plan,
    const std::map<std::string, std::string>& files,
    std::string_view previous
);
/// SHA-256 of the payload of a bundle's last root: what a station is told to trust. Empty when the
/// text is no bundle.
[[nodiscard]] std::string last_root(std::string_view text);
/// The bundle with one more signature. Fault: malformed, when the key has no part in the role.
[[nodiscard]] protocols::Result<std::string> sign(
    std::string_view text, Role role, const seal::KeyPair& keys
);

/// Largest bundle that is read at all.
inline constexpr std::size_t longest_bundle = std::size_t{32} * 1024 * 1024;

}  // namespace station::bundle
