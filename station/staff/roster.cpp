#include "station/staff/roster.hpp"

#include "protocols/base/ensure.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <liboath/oath.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace station::staff {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::string_view roster_schema = "obd-station/roster/1";
constexpr std::string_view plan_schema = "obd-station/roster-plan/1";
constexpr std::array<std::string_view, 3> role_ids{"technician", "supervisor", "auditor"};
constexpr std::size_t seed_bytes = 32;
constexpr std::size_t secret_bytes = 20;  // RFC 4226, 4 R6
constexpr std::size_t shortest_pin = 4;
constexpr std::size_t longest_pin = 64;
constexpr unsigned code_digits = 6;
constexpr unsigned code_step_s = 30;

Failure malformed(std::string what) {
    return {Fault::malformed, std::move(what)};
}

std::string text_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->get_string())
                                                  : std::string();
}

bool flag_of(const json::object& object, std::string_view key) {
    const auto* value = object.if_contains(key);
    return value != nullptr && value->is_bool() && value->get_bool();
}

bool is_day(std::string_view text) {
    constexpr std::string_view shape = "dddd-dd-dd";
    return text.size() == shape.size() &&
           std::equal(text.begin(), text.end(), shape.begin(), [](char c, char s) {
               return s == 'd' ? c >= '0' && c <= '9' : c == s;
           });
}

std::optional<std::vector<Role>> roles_of(const json::object& object) {
    std::vector<Role> roles;
    const auto* list = object.if_contains("roles");
    if (list == nullptr || !list->is_array() || list->get_array().empty()) {
        return std::nullopt;
    }
    for (const auto& one : list->get_array()) {
        const auto role = one.is_string() ? role_from_id(one.get_string()) : std::nullopt;
        if (!role) {
            return std::nullopt;
        }
        roles.push_back(*role);
    }
    return roles;
}

/// What a plan and a list have alike: version, last day, people by their own id.
struct Head {
    json::object object;
    std::int64_t version = 0;
    std::string expires;
};
Result<Head> read_head(std::string_view text, std::string_view schema) {
    boost::system::error_code error;
    auto value = json::parse(json::string_view(text.data(), text.size()), error);
    if (error || !value.is_object() || text_of(value.get_object(), "schema") != schema) {
        return malformed("not of the schema " + std::string(schema));
    }
    Head head{std::move(value.get_object()), 0, {}};
    const auto* version = head.object.if_contains("version");
    const auto* people = head.object.if_contains("people");
    head.expires = text_of(head.object, "expires");
    if (version == nullptr || !version->is_int64() || version->get_int64() < 1 ||
        !is_day(head.expires) || people == nullptr || !people->is_array() ||
        people->get_array().empty()) {
        return malformed("needs \"version\" from 1, \"expires\" as a day, and \"people\"");
    }
    head.version = version->get_int64();
    std::vector<std::string> ids;
    for (const auto& one : people->get_array()) {
        const auto id = one.is_object() ? text_of(one.get_object(), "id") : std::string();
        if (id.empty() || std::ranges::find(ids, id) != ids.end()) {
            return malformed("each of \"people\" needs an \"id\" of its own");
        }
        ids.push_back(id);
    }
    return head;
}

std::array<std::uint8_t, crypto_secretbox_KEYBYTES> key_of_pin(
    std::string_view pin, const std::string& salt
) {
    ENSURE(sodium_init() >= 0);
    ENSURE(salt.size() == crypto_pwhash_SALTBYTES);
    std::array<std::uint8_t, crypto_secretbox_KEYBYTES> key{};
    ENSURE(
        crypto_pwhash(
            key.data(), key.size(), pin.data(), pin.size(),
            reinterpret_cast<const unsigned char*>(salt.data()), crypto_pwhash_OPSLIMIT_INTERACTIVE,
            crypto_pwhash_MEMLIMIT_INTERACTIVE, crypto_pwhash_ALG_ARGON2ID13
        ) == 0
    );
    return key;
}

std::string seal_with(std::string_view pin, const std::string& salt, const std::string& secret) {
    const auto key = key_of_pin(pin, salt);
    const auto nonce = seal::random_bytes(crypto_secretbox_NONCEBYTES);
    std::string box(secret.size() + crypto_secretbox_MACBYTES, '\0');
    crypto_secretbox_easy(
        reinterpret_cast<unsigned char*>(box.data()),
        reinterpret_cast<const unsigned char*>(secret.data()), secret.size(),
        reinterpret_cast<const unsigned char*>(nonce.data()), key.data()
    );
    return nonce + box;
}

std::string base32(const std::string& bytes) {
    char* text = nullptr;
    std::size_t size = 0;
    ENSURE(oath_base32_encode(bytes.data(), bytes.size(), &text, &size) == OATH_OK);
    std::string out(text, size);
    std::free(text);  // NOLINT: liboath allocates with malloc
    return out.substr(0, out.find('='));
}

}  // namespace

std::string_view id(Role role) {
    return role_ids[static_cast<std::size_t>(role)];
}

std::optional<Role> role_from_id(std::string_view id) {
    const auto* found = std::ranges::find(role_ids, id);
    return found == role_ids.end() ? std::nullopt
                                   : std::optional(static_cast<Role>(found - role_ids.begin()));
}

bool Person::has(Role role) const {
    return std::ranges::find(roles, role) != roles.end();
}

const Person* Roster::find(std::string_view wanted) const {
    const auto found = std::ranges::find(people, wanted, &Person::id);
    return found == people.end() ? nullptr : &*found;
}

const Person* Roster::by_badge(std::string_view scanned) const {
    const auto hash = seal::hex(seal::sha256(scanned));
    const auto found = std::ranges::find(people, hash, &Person::badge);
    return found == people.end() ? nullptr : &*found;
}

bool Roster::in_force(const Person& person, std::string_view day) const {
    return day <= expires && (person.until.empty() || day <= person.until);
}

Result<Roster> read_roster(std::string_view payload) {
    const auto head = read_head(payload, roster_schema);
    if (head.has_error()) {
        return head.error();
    }
    Roster roster{seal::hex(seal::sha256(payload)), head.value().version, head.value().expires, {}};
    for (const auto& value : head.value().object.at("people").get_array()) {
        const auto& one = value.get_object();
        Person person;
        person.id = text_of(one, "id");
        person.name = text_of(one, "name");
        person.language = text_of(one, "language");
        person.one_time_code = flag_of(one, "one_time_code");
        person.badge = text_of(one, "badge");
        person.until = text_of(one, "until");
        const auto roles = roles_of(one);
        const auto salt = seal::from_base64(text_of(one, "salt"));
        const auto sealed = seal::from_base64(text_of(one, "sealed"));
        const auto secret = seed_bytes + (person.one_time_code ? secret_bytes : 0);
        if (!roles || !seal::from_hex(text_of(one, "key"), person.key) || salt.has_error() ||
            salt.value().size() != crypto_pwhash_SALTBYTES || sealed.has_error() ||
            sealed.value().size() !=
                crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + secret ||
            !(person.until.empty() || is_day(person.until))) {
            return malformed(
                "\"" + person.id + "\" needs roles, key, salt and sealed, and \"until\" as a day"
            );
        }
        person.roles = *roles;
        person.salt = salt.value();
        person.sealed = sealed.value();
        roster.people.push_back(std::move(person));
    }
    return roster;
}

std::optional<Unlocked> unlock(const Person& person, std::string_view pin) {
    const auto key = key_of_pin(pin, person.salt);
    const auto* bytes = reinterpret_cast<const unsigned char*>(person.sealed.data());
    const auto box = person.sealed.size() - crypto_secretbox_NONCEBYTES;
    std::string secret(box - crypto_secretbox_MACBYTES, '\0');
    if (crypto_secretbox_open_easy(
            reinterpret_cast<unsigned char*>(secret.data()), bytes + crypto_secretbox_NONCEBYTES,
            box, bytes, key.data()
        ) != 0) {
        return std::nullopt;
    }
    Unlocked unlocked;
    unlocked.id = person.id;
    unlocked.one_time_secret = secret.substr(seed_bytes);
    crypto_sign_seed_keypair(
        unlocked.keys.public_key.data(), unlocked.keys.secret_key.data(),
        reinterpret_cast<const unsigned char*>(secret.data())
    );
    sodium_memzero(secret.data(), secret.size());
    return unlocked.keys.public_key == person.key ? std::optional(std::move(unlocked))
                                                  : std::nullopt;
}

std::optional<std::int64_t> step_of_code(
    std::string_view secret, std::string_view code, std::int64_t now_s
) {
    const std::string typed(code);
    int from_now = 0;
    ENSURE(oath_init() == OATH_OK);
    const int found = oath_totp_validate2(
        secret.data(), secret.size(), now_s, code_step_s, 0, 1, &from_now, typed.c_str()
    );
    oath_done();
    return typed.size() == code_digits && found >= 0 ? std::optional(now_s / code_step_s + from_now)
                                                     : std::nullopt;
}

Result<Plan> read_plan(std::string_view text) {
    const auto head = read_head(text, plan_schema);
    if (head.has_error()) {
        return head.error();
    }
    Plan plan{head.value().version, head.value().expires, {}};
    for (const auto& value : head.value().object.at("people").get_array()) {
        const auto& one = value.get_object();
        const auto roles = roles_of(one);
        Plan::One person;
        person.id = text_of(one, "id");
        person.name = text_of(one, "name");
        person.language = text_of(one, "language") == "en" ? "en" : "es";
        person.pin = text_of(one, "pin");
        person.badge = text_of(one, "badge");
        person.one_time_code = flag_of(one, "one_time_code");
        person.until = text_of(one, "until");
        if (!roles || person.pin.size() < shortest_pin || person.pin.size() > longest_pin) {
            return malformed(
                "\"" + person.id +
                "\" needs \"roles\" of technician, supervisor, auditor, and a "
                "\"pin\" of 4 to 64 characters"
            );
        }
        person.roles = *roles;
        plan.people.push_back(std::move(person));
    }
    return plan;
}

Made make_roster(const Plan& plan) {
    Made made;
    json::array people;
    for (const auto& one : plan.people) {
        const auto keys = seal::make_keys();
        std::string secret(reinterpret_cast<const char*>(keys.secret_key.data()), seed_bytes);
        if (one.one_time_code) {
            const auto code = seal::random_bytes(secret_bytes);
            secret += code;
            made.codes.emplace_back(
                one.id, "otpauth://totp/OBD:" + one.id + "?secret=" + base32(code) + "&issuer=OBD"
            );
        }
        const auto salt = seal::random_bytes(crypto_pwhash_SALTBYTES);
        json::array roles;
        for (const auto role : one.roles) {
            roles.emplace_back(id(role));
        }
        people.push_back(json::object{
            {"id", one.id},
            {"name", one.name},
            {"roles", std::move(roles)},
            {"language", one.language},
            {"key", seal::hex(keys.public_key)},
            {"salt", seal::to_base64(salt)},
            {"sealed", seal::to_base64(seal_with(one.pin, salt, secret))},
            {"one_time_code", one.one_time_code},
            {"badge", one.badge.empty() ? "" : seal::hex(seal::sha256(one.badge))},
            {"until", one.until},
        });
    }
    made.payload = json::serialize(json::object{
        {"schema", roster_schema},
        {"version", plan.version},
        {"expires", plan.expires},
        {"people", std::move(people)},
    });
    return made;
}

}  // namespace station::staff
