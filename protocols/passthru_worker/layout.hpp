#pragma once

#include "protocols/base/hex.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace protocols::passthru {

/// How a library lays its structures out in memory. Windows has one width; elsewhere `unsigned
/// long` has four or eight bytes, as whoever built the library chose.
struct Layout {
    std::size_t ulong_bytes = 8;
    bool packed = true;  ///< Members follow each other without a gap.

    /// Where a member of `size` bytes begins that would follow `at` bytes.
    [[nodiscard]] std::size_t place(std::size_t at, std::size_t size) const {
        return packed || at % size == 0 ? at : at + size - at % size;
    }
};

/// A structure of the standard, or an array of them, built member by member.
class Structure {
public:
    explicit Structure(Layout layout) : layout_(layout) {}

    Structure& number(std::uint64_t value) {
        return member(&value, layout_.ulong_bytes);  // little endian: the low bytes come first
    }
    Structure& pointer(const void* value) {
        return member(static_cast<const void*>(&value), sizeof value);
    }
    /// `bytes`, and zeros up to `size`.
    Structure& text(ByteView bytes, std::size_t size) {
        const auto at = memory_.size();
        memory_.resize(at + size);
        std::copy_n(
            bytes.begin(), std::min(bytes.size(), size), memory_.begin() + static_cast<long>(at)
        );
        return *this;
    }
    /// Fills up to where the next element of an array of these begins.
    Structure& end() {
        memory_.resize(layout_.place(memory_.size(), std::max(layout_.ulong_bytes, sizeof(void*))));
        return *this;
    }
    Structure& zeros(std::size_t size) {
        memory_.resize(memory_.size() + size);
        return *this;
    }
    [[nodiscard]] void* data() { return memory_.data(); }
    [[nodiscard]] std::size_t size() const { return memory_.size(); }

private:
    Structure& member(const void* value, std::size_t size) {
        const auto at = layout_.place(memory_.size(), size);
        memory_.resize(at + size);
        std::memcpy(memory_.data() + at, value, size);
        return *this;
    }

    Layout layout_;
    std::vector<unsigned char> memory_;  // from operator new: aligned for every member
};

/// Reads, or overwrites, the members of a structure in their order.
class Members {
public:
    Members(void* structure, Layout layout)
        : at_(static_cast<unsigned char*>(structure)), layout_(layout) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        std::memcpy(&value, next(layout_.ulong_bytes), layout_.ulong_bytes);
        return value;
    }
    std::uint32_t number32() { return static_cast<std::uint32_t>(number() & 0xFFFFFFFF); }
    void put(std::uint64_t value) {
        std::memcpy(next(layout_.ulong_bytes), &value, layout_.ulong_bytes);
    }
    void* pointer() {
        void* value = nullptr;
        std::memcpy(static_cast<void*>(&value), next(sizeof value), sizeof value);
        return value;
    }
    unsigned char* text(std::size_t size) {
        auto* here = at_ + offset_;
        offset_ += size;
        return here;
    }
    void skip_numbers(int count) {
        for (int i = 0; i < count; ++i) {
            next(layout_.ulong_bytes);
        }
    }

private:
    unsigned char* next(std::size_t size) {
        const auto here = layout_.place(offset_, size);
        offset_ = here + size;
        return at_ + here;
    }

    unsigned char* at_;
    std::size_t offset_ = 0;
    Layout layout_;
};

}  // namespace protocols::passthru
