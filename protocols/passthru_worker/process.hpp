#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// The line to the station and what else a worker needs of its system. Linux: file descriptor 3;
/// Windows: a pipe in both directions, where standard input would be.
namespace protocols::passthru {

/// Dies with the station, says nothing on the screen when it crashes, and gives the words it was
/// started with (UTF-8).
[[nodiscard]] std::vector<std::string> begin_worker(int argc, char** argv);

/// Waits for bytes; 0 when the line is closed.
[[nodiscard]] std::size_t read_line(char* to, std::size_t size);
/// Everything, or false.
[[nodiscard]] bool write_line(std::string_view bytes);

}  // namespace protocols::passthru
