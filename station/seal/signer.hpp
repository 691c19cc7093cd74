#pragma once

#include "station/seal/seal.hpp"

namespace station::seal {

/// Whoever holds a station's key: a file, or a token that never gives it away.
class Signer {
public:
    Signer() = default;
    Signer(const Signer&) = delete;
    Signer& operator=(const Signer&) = delete;
    virtual ~Signer() = default;

    [[nodiscard]] virtual const PublicKey& public_key() const = 0;
    /// Fault: key_unusable.
    [[nodiscard]] virtual protocols::Result<Signature> sign(std::string_view bytes) = 0;
    [[nodiscard]] protocols::Result<Signature> sign(const Hash& hash) {
        return sign({reinterpret_cast<const char*>(hash.data()), hash.size()});
    }
};

/// A key in memory.
class KeySigner : public Signer {
public:
    explicit KeySigner(const KeyPair& keys) : keys_(keys) {}
    [[nodiscard]] const PublicKey& public_key() const override { return keys_.public_key; }
    using Signer::sign;
    [[nodiscard]] protocols::Result<Signature> sign(std::string_view bytes) override {
        return seal::sign(bytes, keys_.secret_key);
    }

private:
    KeyPair keys_;
};

}  // namespace station::seal
