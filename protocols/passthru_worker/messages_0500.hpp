#pragma once

#include "protocols/passthru_worker/abi.hpp"

#include <array>
#include <vector>

namespace protocols::passthru {

/// Messages of 05.00 in an array, with the data they point to.
class MessageArray {
public:
    MessageArray(Layout layout, std::size_t count)
        : layout_(layout), each_(abi::message05_bytes(layout)), data_(count) {}

    /// All of them as room for a library to write.
    void* as_room(std::uint32_t protocol) {
        api::Message empty;
        empty.protocol = protocol;
        for (auto& one : data_) {
            abi::add_message05(raw_, empty, 0, one.data(), one.size());
        }
        return raw_.data();
    }
    /// One more to be sent.
    void add(const api::Message& message, std::uint32_t handle) {
        auto& room = data_.at(added_++);
        std::copy_n(message.data.begin(), std::min(message.data.size(), room.size()), room.begin());
        abi::add_message05(raw_, message, handle, room.data(), message.data.size());
    }
    [[nodiscard]] void* data() { return raw_.data(); }
    [[nodiscard]] abi::Message05 at(std::size_t i) {
        const auto* first = static_cast<const char*>(raw_.data());
        return abi::read_message05(first + i * each_, layout_, api::message_data_max);
    }

private:
    Layout layout_;
    std::size_t each_;
    std::vector<std::array<unsigned char, api::message_data_max>> data_;
    std::size_t added_ = 0;
    Structure raw_{layout_};
};

}  // namespace protocols::passthru
