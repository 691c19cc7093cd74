#pragma once

#include "protocols/base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// As much of CBOR (RFC 8949) as a certificate needs, in its core deterministic encoding (4.2.1):
/// shortest heads, definite lengths, map keys in order. Anything else is refused, so that a value
/// has one encoding only.
namespace station::certificate::cbor {

struct Bytes {
    std::string bytes;
    friend bool operator==(const Bytes&, const Bytes&) = default;
};
struct Value;
using Array = std::vector<Value>;
struct Member;
using Map = std::vector<Member>;  ///< Keys ascending, as encoded.
struct Null {
    friend bool operator==(Null, Null) = default;
};

struct Value {
    std::variant<Null, std::int64_t, Bytes, std::string, Array, Map> value;
};
struct Member {
    std::int64_t key = 0;
    Value value;
};

[[nodiscard]] std::string encode(const Value& value);
/// Tag 18 (COSE_Sign1) in front of the value.
[[nodiscard]] std::string encode_tagged(std::uint64_t tag, const Value& value);

/// One value and nothing behind it; nesting and size are bounded. Fault: malformed.
[[nodiscard]] protocols::Result<Value> decode(std::string_view bytes);
/// The same behind this tag.
[[nodiscard]] protocols::Result<Value> decode_tagged(std::uint64_t tag, std::string_view bytes);

}  // namespace station::certificate::cbor
