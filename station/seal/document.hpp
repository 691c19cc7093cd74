#pragma once

#include "station/seal/seal.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace station::seal {

/// A text that one or more keys vouch for, as a file: a roster, a list of keys, a list of revoked
/// certificates. JSON, schema `document.schema.json`; the payload travels as the bytes that were
/// signed.
struct Document {
    std::string kind;
    std::string payload;
};

[[nodiscard]] std::string make_document(
    std::string_view kind, std::string_view payload, const std::vector<KeyPair>& keys
);
/// The payload, when one of the trusted keys signed it as that kind. Faults: malformed;
/// key_unusable: none of them did.
[[nodiscard]] protocols::Result<Document> open_document(
    std::string_view text, std::string_view kind, const std::vector<PublicKey>& trusted
);

}  // namespace station::seal
