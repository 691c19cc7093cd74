#pragma once

#include "protocols/base/result.hpp"

#include <string>
#include <string_view>

namespace station::messages {

/// What a person is told: what happened, what to do next, what became of the work done.
struct Message {
    std::string_view code;  ///< Stable, e.g. `E-ADP-02`.
    int exit_code;          ///< Of command-line programs.
    std::string_view es;
    std::string_view en;
};
[[nodiscard]] const Message& message_for(protocols::Fault fault);

/// Sentence, detail for support in brackets, and code.
[[nodiscard]] std::string spanish(const protocols::Failure& failure);
[[nodiscard]] std::string english(const protocols::Failure& failure);

}  // namespace station::messages
