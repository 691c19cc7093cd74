#pragma once

#include "station/chain/record.hpp"
#include "station/criteria/texts.hpp"
#include "station/seal/signer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the motorist carries: a signed statement of one inspection, small enough for a QR code,
/// that anybody checks without a network. Format: FORMAT.md.
namespace station::certificate {

/// A name in the clear, or only what lets it be recognised by who knows it.
struct Name {
    std::string text;    ///< Empty when hidden or absent.
    std::string digest;  ///< 16 bytes, or empty.
    friend bool operator==(const Name&, const Name&) = default;
};

struct Certificate {
    std::string number;  ///< Station and sequence: `ST-0123456789ab-17`.
    std::string key;     ///< 8 bytes: which key signed it.
    Name vin;
    Name plate;
    std::string verdict;    ///< criteria::id().
    std::string programme;  ///< `id` or `id@variant`.
    std::int64_t made_s = 0;
    std::optional<std::int64_t> earliest_s;  ///< As the record's stamp.
    std::optional<std::int64_t> latest_s;
    std::string valid_until;  ///< Last day, `2027-05-26`; empty: the programme says none.
    std::string record;       ///< First 16 bytes of the record's hash.
    friend bool operator==(const Certificate&, const Certificate&) = default;
};

/// What a record's certificate says. Faults: malformed: it is no confirmed inspection, or its
/// values do not fit.
[[nodiscard]] protocols::Result<Certificate> of_record(
    std::string_view station, const chain::Record& record
);
/// Signed, as the letters of a QR code: `OBDC1:` and Base45 of a COSE_Sign1. Fault: key_unusable.
[[nodiscard]] protocols::Result<std::string> issue(
    const Certificate& certificate, seal::Signer& signer
);

/// A certificate as read: nothing is believed before its signature is checked.
struct Read {
    Certificate certificate;
    std::string to_sign;  ///< The bytes the signature covers.
    seal::Signature signature{};
};
/// Fault: malformed.
[[nodiscard]] protocols::Result<Read> read(std::string_view text);

/// The programme's word on whose certificates count.
struct Key {
    seal::PublicKey key{};
    std::string station;
    std::string name;   ///< As people know the station.
    std::string from;   ///< First day, `2026-01-01`; empty: always.
    std::string until;  ///< Last day; empty: still.
};
struct Keys {
    std::string programme;
    std::string expires;  ///< Last day of the list itself.
    std::vector<Key> keys;
};
struct Revoked {
    std::string issued;                          ///< Day of the list.
    std::map<std::string, std::string> reasons;  ///< By certificate number.
};
/// Payloads of signed documents of kind `keys` and `revoked`. Fault: malformed.
[[nodiscard]] protocols::Result<Keys> read_keys(std::string_view payload);
[[nodiscard]] protocols::Result<Revoked> read_revoked(std::string_view payload);

enum class State {
    valid,
    expired,        ///< Genuine; its last day is over.
    revoked,        ///< Genuine; taken back.
    other_vehicle,  ///< Genuine; not of the vehicle it was compared with.
    unknown_key,    ///< Signed by a key that the list does not have, or not on that day.
    forged,         ///< The signature is of other content.
    unreadable,     ///< No certificate at all.
};
[[nodiscard]] std::string_view id(State state);
/// What it means and what to do.
[[nodiscard]] criteria::BothLanguages words(State state);

struct Checked {
    State state = State::unreadable;
    std::optional<Certificate> certificate;  ///< Not for unreadable.
    std::string station;                     ///< Its name by the list.
    std::string reason;                      ///< Of a revocation.
};
struct With {
    const Keys& keys;
    const Revoked& revoked;
    std::string today;  ///< `2026-11-26`.
    std::string vin{};  ///< Of the vehicle at hand; empty: not compared.
    std::string plate{};
};
[[nodiscard]] Checked check(std::string_view text, const With& with);

}  // namespace station::certificate
