#pragma once

#include <cstdio>
#include <cstdlib>

/// A promise of our own code, kept on in release: a broken one ends the process, and the station
/// restarts into a state it knows.
#define ENSURE(condition)                                                                         \
    do {                                                                                          \
        if (!(condition)) {                                                                       \
            std::fprintf(stderr, "internal fault: %s (%s:%d)\n", #condition, __FILE__, __LINE__); \
            std::abort();                                                                         \
        }                                                                                         \
    } while (false)
