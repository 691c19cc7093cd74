#include "station/certificate/cbor.hpp"

#include <array>
#include <optional>
#include <utility>

namespace station::certificate::cbor {
namespace {

using protocols::Failure;
using protocols::Fault;
using protocols::Result;

enum class Major : std::uint8_t { positive, negative, bytes, text, array, map, tag, simple };

constexpr int deepest = 8;
constexpr std::uint64_t longest = 4096;
constexpr char null_byte = '\xF6';

/// The head of an item (RFC 8949, 3): major type and its number in the fewest bytes.
void head(std::string& out, Major major, std::uint64_t number) {
    const auto first = [&](unsigned info) {
        out += static_cast<char>(static_cast<unsigned>(major) << 5 | info);
    };
    constexpr std::uint64_t in_head = 24;
    if (number < in_head) {
        first(static_cast<unsigned>(number));
        return;
    }
    unsigned width = 0;  // as a power of two
    while (width < 3 && number >> (8U << width) != 0) {
        ++width;
    }
    first(static_cast<unsigned>(in_head) + width);
    for (int i = (1 << width) - 1; i >= 0; --i) {
        out += static_cast<char>(number >> (8 * i) & 0xFF);
    }
}

void integer(std::string& out, std::int64_t value) {
    if (value >= 0) {
        head(out, Major::positive, static_cast<std::uint64_t>(value));
    } else {
        head(out, Major::negative, static_cast<std::uint64_t>(-1 - value));
    }
}

void write(std::string& out, const Value& value) {
    if (std::holds_alternative<Null>(value.value)) {
        out += null_byte;
    } else if (const auto* number = std::get_if<std::int64_t>(&value.value)) {
        integer(out, *number);
    } else if (const auto* bytes = std::get_if<Bytes>(&value.value)) {
        head(out, Major::bytes, bytes->bytes.size());
        out += bytes->bytes;
    } else if (const auto* text = std::get_if<std::string>(&value.value)) {
        head(out, Major::text, text->size());
        out += *text;
    } else if (const auto* array = std::get_if<Array>(&value.value)) {
        head(out, Major::array, array->size());
        for (const auto& one : *array) {
            write(out, one);
        }
    } else {
        const auto& map = std::get<Map>(value.value);
        head(out, Major::map, map.size());
        for (const auto& [key, one] : map) {
            integer(out, key);
            write(out, one);
        }
    }
}

class Decoder {
public:
    explicit Decoder(std::string_view bytes) : left_(bytes) {}

    std::optional<std::pair<Major, std::uint64_t>> next_head() {
        if (left_.empty()) {
            return std::nullopt;
        }
        const auto first = static_cast<std::uint8_t>(left_.front());
        const auto major = static_cast<Major>(first >> 5);
        const unsigned info = first & 0x1FU;
        left_.remove_prefix(1);
        constexpr unsigned in_head = 24;
        constexpr unsigned widest = 27;
        if (info < in_head) {
            return std::pair{major, std::uint64_t{info}};
        }
        const std::size_t width = std::size_t{1} << (info - in_head);
        if (info > widest || left_.size() < width) {
            return std::nullopt;
        }
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < width; ++i) {
            number = number << 8 | static_cast<std::uint8_t>(left_[i]);
        }
        left_.remove_prefix(width);
        const bool shortest = width == 1 ? number >= in_head : number >> (4 * width) != 0;
        return shortest ? std::optional(std::pair{major, number}) : std::nullopt;
    }

    std::optional<Value> value(int depth = 0) {
        if (!left_.empty() && left_.front() == null_byte) {
            left_.remove_prefix(1);
            return Value{Null{}};
        }
        const auto found = next_head();
        if (!found || depth > deepest) {
            return std::nullopt;
        }
        const auto [major, number] = *found;
        switch (major) {
            case Major::positive:
            case Major::negative:
                return whole(major, number);
            case Major::bytes:
            case Major::text: {
                if (number > left_.size()) {
                    return std::nullopt;
                }
                std::string bytes(left_.substr(0, number));
                left_.remove_prefix(number);
                return major == Major::bytes ? Value{Bytes{std::move(bytes)}}
                                             : Value{std::move(bytes)};
            }
            case Major::array:
                return array(number, depth);
            case Major::map:
                return map(number, depth);
            case Major::tag:
            case Major::simple:
                break;
        }
        return std::nullopt;
    }

    [[nodiscard]] bool at_end() const { return left_.empty(); }

private:
    static std::optional<Value> whole(Major major, std::uint64_t number) {
        if (number > static_cast<std::uint64_t>(INT64_MAX)) {
            return std::nullopt;
        }
        const auto value = static_cast<std::int64_t>(number);
        return Value{major == Major::positive ? value : -1 - value};
    }

    std::optional<Value> array(std::uint64_t count, int depth) {
        if (count > longest) {
            return std::nullopt;
        }
        Array all;
        for (std::uint64_t i = 0; i < count; ++i) {
            auto one = value(depth + 1);
            if (!one) {
                return std::nullopt;
            }
            all.push_back(std::move(*one));
        }
        return Value{std::move(all)};
    }

    std::optional<Value> map(std::uint64_t count, int depth) {
        if (count > longest) {
            return std::nullopt;
        }
        Map all;
        std::string before;
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto start = left_;
            const auto key = value(depth + 1);
            const auto* number = key ? std::get_if<std::int64_t>(&key->value) : nullptr;
            std::string written(start.substr(0, start.size() - left_.size()));
            if (number == nullptr || (i > 0 && written <= before)) {
                return std::nullopt;
            }
            auto one = value(depth + 1);
            if (!one) {
                return std::nullopt;
            }
            all.push_back({*number, std::move(*one)});
            before = std::move(written);
        }
        return Value{std::move(all)};
    }

    std::string_view left_;
};

const Failure not_cbor{Fault::malformed, "not deterministic CBOR"};

}  // namespace

std::string encode(const Value& value) {
    std::string out;
    write(out, value);
    return out;
}

std::string encode_tagged(std::uint64_t tag, const Value& value) {
    std::string out;
    head(out, Major::tag, tag);
    write(out, value);
    return out;
}

Result<Value> decode(std::string_view bytes) {
    Decoder decoder(bytes);
    auto value = decoder.value();
    if (!value || !decoder.at_end()) {
        return not_cbor;
    }
    return std::move(*value);
}

Result<Value> decode_tagged(std::uint64_t tag, std::string_view bytes) {
    Decoder decoder(bytes);
    const auto head = decoder.next_head();
    if (head != std::pair{Major::tag, tag}) {
        return not_cbor;
    }
    auto value = decoder.value();
    if (!value || !decoder.at_end()) {
        return not_cbor;
    }
    return std::move(*value);
}

}  // namespace station::certificate::cbor
