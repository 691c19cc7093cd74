#include "station/clock/clock.hpp"

#include <time.h>

#include <fstream>

namespace station::clock {
namespace {

std::int64_t read(::clockid_t id) {
    ::timespec time{};
    ::clock_gettime(id, &time);
    constexpr std::int64_t ms_per_s = 1000;
    constexpr std::int64_t ns_per_ms = 1'000'000;
    return time.tv_sec * ms_per_s + time.tv_nsec / ns_per_ms;
}

std::string boot_id() {
    std::ifstream file("/proc/sys/kernel/random/boot_id");
    std::string id;
    file >> id;
    return id;
}

}  // namespace

Clock system_clock() {
    return [boot = boot_id()] { return Moment{boot, read(CLOCK_BOOTTIME), read(CLOCK_REALTIME)}; };
}

}  // namespace station::clock
