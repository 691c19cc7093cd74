#pragma once

#include "protocols/passthru_worker/abi.hpp"
#include "protocols/passthru_worker/exports.hpp"

namespace protocols::passthru {

/// What both versions of the standard have alike. Results are read as 32 bits, and nothing is
/// called before a PassThruOpen that succeeded: real libraries crash then.
class CommonLibrary : public Library {
public:
    Returned call(const Call& call) final;

protected:
    CommonLibrary(Exports exports, Abi abi) : exports_(std::move(exports)), abi_(std::move(abi)) {
#ifdef _WIN32
        abi_.ulong_bytes = 4;
#endif
    }

    virtual void dispatch(const Call& call, Returned& returned) = 0;
    /// What this version calls a result that the other one calls something else; else empty.
    [[nodiscard]] virtual std::string_view other_name(std::uint32_t status) const = 0;

    /// Calls what `name` names with `arguments`, as a function of the type of `F`.
    template <class F, class... Arguments>
    std::uint32_t invoke(const char* name, Arguments... arguments) {
        const auto function = exports_.find<F>(name);
        return function == nullptr ? api::function_missing
                                   : static_cast<std::uint32_t>(function(arguments...));
    }
    std::uint32_t ioctl(std::uint32_t handle, std::uint32_t which, void* in, void* out) {
        return invoke<abi::Ioctl>("PassThruIoctl", handle, which, in, out);
    }
    [[nodiscard]] Layout layout() const {
        return {abi_.ulong_bytes == 4 ? 4U : 8U, abi_.packed};
    }
    [[nodiscard]] static std::uint32_t low(abi::Number number) {
        return static_cast<std::uint32_t>(number & 0xFFFFFFFF);
    }

    std::uint32_t open_as(const char* name, std::uint32_t& device);
    /// Functions that take numbers alone, and those ioctls that hold no message.
    void common(const Call& call, Returned& returned);

    Exports exports_;
    Abi abi_;
    bool open_ = false;
    std::uint32_t device_ = 0;

private:
    void read_version(const Call& call, Returned& returned);
    void configure(const Call& call, Returned& returned);
    void five_baud_init(const Call& call, Returned& returned);
    void look_up(const Call& call, Returned& returned);
    [[nodiscard]] std::string last_error();
};

}  // namespace protocols::passthru
