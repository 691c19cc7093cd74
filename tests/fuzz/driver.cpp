// Runs a fuzz target without libFuzzer: its seeds, and a fixed number of mutations of them that are
// the same in every run. `fuzz_NAME FILE…` runs it on files instead, to reproduce what libFuzzer
// found.
#include "tests/fuzz/target.hpp"

#include <cstdio>
#include <fstream>
#include <random>
#include <sstream>

namespace {

constexpr int mutations_a_seed = 10000;

void run(const std::string& bytes) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::string mutated(std::string bytes, std::mt19937_64& random, const std::string& other) {
    const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : random() % limit; };
    for (auto changes = 1 + below(6); changes > 0; --changes) {
        const auto at = below(bytes.size());
        switch (below(6)) {
            case 0:
                bytes.insert(at, 1, static_cast<char>(random()));
                break;
            case 1:
                bytes.erase(at, 1 + below(4));
                break;
            case 2:
                if (!bytes.empty()) {
                    bytes[at] = static_cast<char>(random());
                }
                break;
            case 3:
                if (!bytes.empty()) {
                    bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
                }
                break;
            case 4:
                bytes.insert(at, bytes.substr(below(bytes.size() + 1), below(32)));
                break;
            default:
                bytes = bytes.substr(0, at) + other.substr(below(other.size() + 1));
        }
    }
    return bytes;
}

}  // namespace

int main(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        std::ostringstream text;
        text << file.rdbuf();
        run(text.str());
    }
    if (argc > 1) {
        return 0;
    }
    std::mt19937_64 random(20261124);
    const auto all = seeds();
    for (const auto& seed : all) {
        run(seed);
        for (int i = 0; i < mutations_a_seed; ++i) {
            run(mutated(seed, random, all[random() % all.size()]));
        }
    }
    std::printf("%zu seeds, %zu inputs\n", all.size(), all.size() * (1 + mutations_a_seed));
    return 0;
}
