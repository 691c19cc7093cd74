#include "station/records/key_file.hpp"

#include "station/files/whole_file.hpp"
#include "station/token/token.hpp"

#include <algorithm>
#include <fstream>

namespace station::records {
using protocols::Failure;
using protocols::Fault;

protocols::Result<std::optional<seal::KeyPair>> read_key(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        return std::optional<seal::KeyPair>();
    }
    std::ifstream file(path);
    std::string text;
    file >> text;
    seal::KeyPair keys;
    if (!file || !seal::from_hex(text, keys.secret_key)) {
        return Failure{Fault::key_unusable, path.string()};
    }
    // libsodium keeps the public half behind the seed.
    std::copy_n(keys.secret_key.begin() + 32, keys.public_key.size(), keys.public_key.begin());
    return std::optional(keys);
}

protocols::Result<seal::KeyPair> create_key(const std::filesystem::path& path) {
    const auto keys = seal::make_keys();
    constexpr ::mode_t owner_only = 0600;
    const auto written = files::write_whole(path, seal::hex(keys.secret_key) + "\n", owner_only);
    if (written.has_error()) {
        return written.error();
    }
    return keys;
}

protocols::Result<std::unique_ptr<seal::Signer>> open_signer(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::exists(folder / token_name, error)) {
        return token::open(folder / token_name);
    }
    const auto keys = read_key(folder / key_name);
    if (keys.has_error()) {
        return keys.error();
    }
    return keys.value() ? std::unique_ptr<seal::Signer>(new seal::KeySigner(*keys.value()))
                        : std::unique_ptr<seal::Signer>();
}

protocols::Result<std::unique_ptr<seal::Signer>> create_file_signer(
    const std::filesystem::path& folder
) {
    const auto keys = create_key(folder / key_name);
    if (keys.has_error()) {
        return keys.error();
    }
    return std::unique_ptr<seal::Signer>(new seal::KeySigner(keys.value()));
}

}  // namespace station::records
