#include "station/token/token.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <dlfcn.h>
#include <p11-kit/pkcs11.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <vector>

namespace station::token {
namespace {

namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using protocols::Result;

// PKCS#11 3.0, 2.3.14; p11-kit's header is of 2.40.
constexpr CK_MECHANISM_TYPE mechanism_eddsa = 0x1057;
constexpr CK_MECHANISM_TYPE mechanism_make_edwards = 0x1055;
/// CKA_EC_PARAMS as a PrintableString, CKA_EC_POINT as an OCTET STRING around 32 bytes.
constexpr std::string_view edwards25519(
    "\x13\x0c"
    "edwards25519"
);
constexpr std::string_view point_head("\x04\x20");

Failure unusable(std::string what) {
    return {Fault::key_unusable, std::move(what)};
}

/// The library, a session in the right token, and a signed-in user; all given back at the end.
class Session {
public:
    Session() = default;
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session() {
        if (functions_ != nullptr) {
            if (session_) {
                functions_->C_CloseSession(*session_);
            }
            functions_->C_Finalize(nullptr);
        }
        if (library_ != nullptr) {
            ::dlclose(library_);
        }
    }

    Result<void> begin(const Place& place) {
        library_ = ::dlopen(place.module.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (library_ == nullptr) {
            return unusable(::dlerror());
        }
        auto* list = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library_, "C_GetFunctionList"));
        CK_FUNCTION_LIST_PTR functions = nullptr;
        if (list == nullptr || list(&functions) != CKR_OK) {
            return unusable(place.module + " is no PKCS#11 module");
        }
        const auto started = functions->C_Initialize(nullptr);
        if (started != CKR_OK) {
            return said("C_Initialize", started);
        }
        functions_ = functions;
        const auto slot = slot_of(place.token);
        if (!slot) {
            return unusable("there is no token \"" + place.token + "\"");
        }
        CK_SESSION_HANDLE session = 0;
        const auto opened = functions_->C_OpenSession(
            *slot, CKF_SERIAL_SESSION | CKF_RW_SESSION, nullptr, nullptr, &session
        );
        if (opened != CKR_OK) {
            return said("C_OpenSession", opened);
        }
        session_ = session;
        std::ifstream file(place.pin_file);
        std::string pin;
        if (!std::getline(file, pin)) {
            return unusable(place.pin_file + ": the PIN cannot be read");
        }
        const auto logged_in = functions_->C_Login(
            session, CKU_USER, reinterpret_cast<unsigned char*>(pin.data()), pin.size()
        );
        if (logged_in != CKR_OK && logged_in != CKR_USER_ALREADY_LOGGED_IN) {
            return said("C_Login", logged_in);
        }
        return boost::outcome_v2::success();
    }

    std::optional<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS kind, const std::string& label) {
        std::string name = label;
        std::array<CK_ATTRIBUTE, 2> wanted{{
            {CKA_CLASS, &kind, sizeof kind},
            {CKA_LABEL, name.data(), name.size()},
        }};
        if (functions_->C_FindObjectsInit(*session_, wanted.data(), wanted.size()) != CKR_OK) {
            return std::nullopt;
        }
        CK_OBJECT_HANDLE found = 0;
        CK_ULONG count = 0;
        const auto searched = functions_->C_FindObjects(*session_, &found, 1, &count);
        functions_->C_FindObjectsFinal(*session_);
        return searched == CKR_OK && count == 1 ? std::optional(found) : std::nullopt;
    }

    Result<seal::PublicKey> public_key(CK_OBJECT_HANDLE object) {
        std::array<char, 34> point{};
        CK_ATTRIBUTE wanted{CKA_EC_POINT, point.data(), point.size()};
        const auto got = functions_->C_GetAttributeValue(*session_, object, &wanted, 1);
        const std::string_view text(point.data(), point.size());
        if (got != CKR_OK || wanted.ulValueLen != point.size() || !text.starts_with(point_head)) {
            return unusable("the key in the token is not an Ed25519 key");
        }
        seal::PublicKey key{};
        std::copy(text.begin() + 2, text.end(), key.begin());
        return key;
    }

    Result<seal::Signature> sign(CK_OBJECT_HANDLE key, std::string bytes) {
        CK_MECHANISM mechanism{mechanism_eddsa, nullptr, 0};
        const auto begun = functions_->C_SignInit(*session_, &mechanism, key);
        if (begun != CKR_OK) {
            return said("C_SignInit", begun);
        }
        seal::Signature signature{};
        CK_ULONG size = signature.size();
        const auto done = functions_->C_Sign(
            *session_, reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(),
            signature.data(), &size
        );
        if (done != CKR_OK || size != signature.size()) {
            return said("C_Sign", done);
        }
        return signature;
    }

    Result<void> make(const std::string& label) {
        std::string name = label;
        std::string curve(edwards25519);
        CK_BBOOL yes = 1;
        CK_BBOOL no = 0;
        CK_MECHANISM mechanism{mechanism_make_edwards, nullptr, 0};
        std::array<CK_ATTRIBUTE, 4> open_half{{
            {CKA_TOKEN, &yes, sizeof yes},
            {CKA_VERIFY, &yes, sizeof yes},
            {CKA_EC_PARAMS, curve.data(), curve.size()},
            {CKA_LABEL, name.data(), name.size()},
        }};
        std::array<CK_ATTRIBUTE, 6> secret_half{{
            {CKA_TOKEN, &yes, sizeof yes},
            {CKA_PRIVATE, &yes, sizeof yes},
            {CKA_SENSITIVE, &yes, sizeof yes},
            {CKA_EXTRACTABLE, &no, sizeof no},
            {CKA_SIGN, &yes, sizeof yes},
            {CKA_LABEL, name.data(), name.size()},
        }};
        CK_OBJECT_HANDLE made = 0;
        CK_OBJECT_HANDLE made_secret = 0;
        const auto done = functions_->C_GenerateKeyPair(
            *session_, &mechanism, open_half.data(), open_half.size(), secret_half.data(),
            secret_half.size(), &made, &made_secret
        );
        if (done != CKR_OK) {
            return said("C_GenerateKeyPair", done);
        }
        return boost::outcome_v2::success();
    }

private:
    static Failure said(std::string_view call, CK_RV code) {
        return unusable(
            "the token answered " + std::string(call) + " with code " + std::to_string(code)
        );
    }

    std::optional<CK_SLOT_ID> slot_of(std::string_view label) {
        CK_ULONG count = 0;
        if (functions_->C_GetSlotList(1, nullptr, &count) != CKR_OK) {
            return std::nullopt;
        }
        std::vector<CK_SLOT_ID> slots(count);
        if (functions_->C_GetSlotList(1, slots.data(), &count) != CKR_OK) {
            return std::nullopt;
        }
        for (const auto slot : slots) {
            CK_TOKEN_INFO info{};
            if (functions_->C_GetTokenInfo(slot, &info) != CKR_OK) {
                continue;
            }
            std::string_view name(
                reinterpret_cast<const char*>(std::data(info.label)), std::size(info.label)
            );
            name = name.substr(0, name.find_last_not_of(' ') + 1);  // padded with blanks
            if (name == label) {
                return slot;
            }
        }
        return std::nullopt;
    }

    void* library_ = nullptr;
    CK_FUNCTION_LIST_PTR functions_ = nullptr;
    std::optional<CK_SESSION_HANDLE> session_;
};

class TokenSigner : public seal::Signer {
public:
    static Result<std::unique_ptr<seal::Signer>> open(const Place& place) {
        auto made = std::make_unique<TokenSigner>();
        const auto begun = made->session_.begin(place);
        if (begun.has_error()) {
            return begun.error();
        }
        const auto secret = made->session_.find(CKO_PRIVATE_KEY, place.key);
        const auto open_half = made->session_.find(CKO_PUBLIC_KEY, place.key);
        if (!secret || !open_half) {
            return unusable("the token holds no key \"" + place.key + "\"");
        }
        const auto key = made->session_.public_key(*open_half);
        if (key.has_error()) {
            return key.error();
        }
        made->public_key_ = key.value();
        made->key_ = *secret;
        return std::unique_ptr<seal::Signer>(std::move(made));
    }

    [[nodiscard]] const seal::PublicKey& public_key() const override { return public_key_; }
    using seal::Signer::sign;
    [[nodiscard]] Result<seal::Signature> sign(std::string_view bytes) override {
        return session_.sign(key_, std::string(bytes));
    }

private:
    Session session_;
    CK_OBJECT_HANDLE key_ = 0;
    seal::PublicKey public_key_{};
};

}  // namespace

std::string to_text(const Place& place) {
    return json::serialize(json::object{
        {"module", place.module},
        {"token", place.token},
        {"key", place.key},
        {"pin_file", place.pin_file},
    });
}

Result<Place> place_from_text(std::string_view text) {
    boost::system::error_code error;
    const auto value = json::parse(json::string_view(text.data(), text.size()), error);
    const auto* object = error ? nullptr : value.if_object();
    Place place;
    const auto take = [&](std::string_view key, std::string& into) {
        const auto* one = object == nullptr ? nullptr : object->if_contains(key);
        if (one != nullptr && one->is_string()) {
            into = std::string(one->get_string());
        }
        return !into.empty();
    };
    const bool whole = take("module", place.module) && take("token", place.token) &&
                       take("key", place.key) && take("pin_file", place.pin_file);
    if (!whole) {
        return unusable("station.token needs module, token, key and pin_file");
    }
    return place;
}

Result<std::unique_ptr<seal::Signer>> open(const Place& place) {
    return TokenSigner::open(place);
}

Result<std::unique_ptr<seal::Signer>> open(const std::filesystem::path& file) {
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const auto place = place_from_text(text);
    if (place.has_error()) {
        return place.error();
    }
    return open(place.value());
}

Result<void> generate(const Place& place) {
    Session session;
    const auto begun = session.begin(place);
    if (begun.has_error()) {
        return begun.error();
    }
    if (session.find(CKO_PRIVATE_KEY, place.key)) {
        return unusable("the token already holds a key \"" + place.key + "\"");
    }
    return session.make(place.key);
}

}  // namespace station::token
