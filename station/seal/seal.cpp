#include "station/seal/seal.hpp"

#include "protocols/base/ensure.hpp"
#include "protocols/base/hex.hpp"

#include <openssl/evp.h>
#include <sodium.h>
#include <zstd.h>

#include <algorithm>
#include <memory>

namespace station::seal {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

constexpr std::size_t expanded_bytes_max = std::size_t{64} << 20;
constexpr int compression_level = 6;

void start_sodium() {
    static const int started = sodium_init();
    ENSURE(started >= 0);
}

class Digest {
public:
    Digest() { ENSURE(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1); }
    void add(const void* bytes, std::size_t size) {
        ENSURE(EVP_DigestUpdate(context_.get(), bytes, size) == 1);
    }
    void add_number(std::uint64_t number) {
        std::array<std::uint8_t, 8> bytes{};
        for (std::size_t i = 0; i < bytes.size(); ++i) {
            bytes[i] = static_cast<std::uint8_t>(number >> (56 - 8 * i) & 0xFF);
        }
        add(bytes.data(), bytes.size());
    }
    void add_field(std::string_view field) {
        add_number(field.size());
        add(field.data(), field.size());
    }
    Hash finish() {
        Hash hash{};
        unsigned int size = 0;
        ENSURE(EVP_DigestFinal_ex(context_.get(), hash.data(), &size) == 1);
        return hash;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{
        EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

}  // namespace

bool from_hex(std::string_view text, std::uint8_t* bytes, std::size_t n) {
    const auto parsed = protocols::from_hex(text);
    if (!parsed || parsed->size() != n || text.size() != 2 * n) {
        return false;
    }
    std::ranges::copy(*parsed, bytes);
    return true;
}

KeyPair make_keys() {
    start_sodium();
    KeyPair keys;
    crypto_sign_keypair(keys.public_key.data(), keys.secret_key.data());
    return keys;
}

std::string station_id(const PublicKey& key) {
    const auto hash = sha256({reinterpret_cast<const char*>(key.data()), key.size()});
    return "ST-" + hex(hash).substr(0, 12);
}

Hash hash_of(const Content& content) {
    Digest digest;
    digest.add_field("obd-station/record/2");
    digest.add_field(content.station);
    digest.add_number(content.sequence);
    digest.add(content.previous.data(), content.previous.size());
    digest.add_field(content.stamp);
    digest.add(content.body.data(), content.body.size());
    digest.add(content.transcript.data(), content.transcript.size());
    return digest.finish();
}

Hash sha256(std::string_view bytes) {
    Digest digest;
    digest.add(bytes.data(), bytes.size());
    return digest.finish();
}

Hash hash_of_document(std::string_view kind, std::string_view payload) {
    Digest digest;
    digest.add_field("obd-station/document/1");
    digest.add_field(kind);
    digest.add_field(payload);
    return digest.finish();
}

namespace {

const unsigned char* start_of(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string_view text_of(const Hash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

}  // namespace

Signature sign(std::string_view bytes, const SecretKey& key) {
    start_sodium();
    Signature signature{};
    crypto_sign_detached(signature.data(), nullptr, start_of(bytes), bytes.size(), key.data());
    return signature;
}

Signature sign(const Hash& hash, const SecretKey& key) {
    return sign(text_of(hash), key);
}

bool verifies(std::string_view bytes, const Signature& signature, const PublicKey& key) {
    start_sodium();
    return crypto_sign_verify_detached(
               signature.data(), start_of(bytes), bytes.size(), key.data()
           ) == 0;
}

bool verifies(const Hash& hash, const Signature& signature, const PublicKey& key) {
    return verifies(text_of(hash), signature, key);
}

std::string random_bytes(std::size_t count) {
    start_sodium();
    std::string bytes(count, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string compress(std::string_view bytes) {
    std::string out(ZSTD_compressBound(bytes.size()), '\0');
    const auto size =
        ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), compression_level);
    ENSURE(ZSTD_isError(size) == 0);
    out.resize(size);
    return out;
}

Result<std::string> expand(std::string_view bytes) {
    const auto size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
    if (size == ZSTD_CONTENTSIZE_UNKNOWN || size == ZSTD_CONTENTSIZE_ERROR ||
        size > expanded_bytes_max) {
        return Failure{Fault::malformed, "not a compressed transcript"};
    }
    std::string out(size, '\0');
    const auto got = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(got) != 0 || got != size) {
        return Failure{Fault::malformed, "the compressed transcript is damaged"};
    }
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out(4 * ((bytes.size() + 2) / 3), '\0');
    EVP_EncodeBlock(
        reinterpret_cast<unsigned char*>(out.data()),
        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size())
    );
    return out;
}

Result<std::string> from_base64(std::string_view text) {
    const Failure bad{Fault::malformed, "not base64"};
    if (text.size() % 4 != 0) {
        return bad;
    }
    std::string out(text.size() / 4 * 3, '\0');
    const int size = EVP_DecodeBlock(
        reinterpret_cast<unsigned char*>(out.data()),
        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size())
    );
    if (size < 0) {
        return bad;
    }
    const auto padding = static_cast<std::size_t>(text.ends_with("==") ? 2 : text.ends_with('='));
    out.resize(static_cast<std::size_t>(size) - padding);
    // The letters of one value only: bits that no byte uses are zero.
    return to_base64(out) == text ? Result<std::string>(std::move(out)) : bad;
}

}  // namespace station::seal
