// A single-value PID is decoded without asking the memory for anything.
#include "obd/decode/monitors.hpp"
#include "obd/decode/parameters.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

namespace {
std::size_t allocations = 0;  // tests run in one thread
}

void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace obd {
namespace {

TEST(Allocations, ThereAreNoneForAPidOfOneValue) {
    const protocols::Bytes data(8, 0x55);
    int rows = 0;
    ASSERT_NE(parameter_row(0x0C), nullptr);  // reads the table
    for (int pid = 0; pid <= 0xFF; ++pid) {
        const auto* row = parameter_row(static_cast<std::uint8_t>(pid));
        if (row == nullptr) {
            continue;
        }
        ++rows;
        const auto before = allocations;
        const auto value = read_parameter(*row, protocols::ByteView(data).first(row->bytes));
        EXPECT_EQ(allocations, before) << row->id;
        EXPECT_TRUE(value.has_value());
    }
    EXPECT_GE(rows, 60);
    const auto before = allocations;
    static_cast<void>(read_monitor_status(protocols::ByteView(data).first(4)));
    EXPECT_GT(allocations, before);  // the counter counts: its map does allocate
}

}  // namespace
}  // namespace obd
