#pragma once

#include "protocols/base/time.hpp"
#include "protocols/simulator/dialect.hpp"
#include "protocols/simulator/vehicle.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace protocols::simulator {

/// Something that answers an ELM327 host, in simulated time: bytes in, bytes out with the moment at
/// which the last of each piece has left the serial line.
class Answering {
public:
    virtual ~Answering() = default;
    /// Bytes from the host, the last of which arrived at `now`.
    virtual void receive(std::string_view bytes, Instant now) = 0;
    /// Rate of the host's side of the serial line; what is said at another rate arrives as noise.
    virtual void host_baud(std::uint32_t) {}
    /// When the next piece of output is complete; nullopt while there is none.
    [[nodiscard]] virtual std::optional<Instant> due() const = 0;
    /// Takes every piece complete by `now`.
    [[nodiscard]] virtual std::string take(Instant now) = 0;
};

/// An ELM327 or STN adapter plugged into a vehicle (ELM327 data sheet v2.3): command set by
/// version, formatting switches, protocol search, timing of bus, control units and serial line.
class Elm : public Answering {
public:
    /// `baud` 0: the serial line takes no time.
    Elm(Vehicle vehicle, const Dialect& dialect, std::uint32_t baud);

    void receive(std::string_view bytes, Instant now) override;
    void host_baud(std::uint32_t baud) override { host_baud_ = baud; }
    [[nodiscard]] std::optional<Instant> due() const override;
    [[nodiscard]] std::string take(Instant now) override;

private:
    using Duration = Instant::duration;
    struct Piece {
        Instant at;
        std::string bytes;
        std::uint32_t baud;
    };
    struct BusFrame {
        Instant at;
        bus::EcuAddress source;
        Bytes data;        ///< CAN: N_PCI first; legacy: header to checksum; J1939: the frame's.
        bool last = true;  ///< Of its message.
    };
    struct Settings {
        bool echo = true;
        bool line_feeds = false;
        bool spaces = true;
        bool headers = false;
        bool formatting = true;
        bool show_length = false;
        bool responses = true;
        bool allow_long = false;
        int adaptive = 1;
        int timeout = 0x32;  ///< ×4.096 ms
        int can_timeout_factor = 1;
        bus::Protocol protocol = bus::Protocol::undecided;
        bool automatic = true;
        std::uint32_t header = 0;
        std::uint32_t receive_filter = 0;
        bool batches = false;
        bool user_j1939_500 = false;  ///< `ATPB 42 01`: bus B is SAE J1939 at 500 kbit/s.
    };

    void execute(const std::string& command, Instant now);
    void execute_batch(std::string_view commands, Instant now);
    void internal(const std::string& command, Instant now);
    bool setting(std::string_view name, Instant now);
    bool protocol_command(std::string_view name, Instant now);
    bool information(std::string_view name, Instant now);
    void parameters(Instant now);
    void stn_command(std::string_view name, Instant now);
    bool baud_command(std::string_view name, Instant now);
    void offer_baud(std::uint32_t baud, std::string_view identity, Instant now);
    void settle_baud(Instant now);
    void use_baud(std::uint32_t baud);
    [[nodiscard]] bool hears(std::uint32_t baud) const;
    void send_command(std::string_view arguments, Instant now);
    void vehicle_request(const std::string& hex, Instant now);
    /// After how many frames or messages to return to the prompt.
    struct Count {
        int number = 0;  ///< 0: none, wait.
        elm327::Counting of = elm327::Counting::frames;
    };
    void ask_vehicle(const Bytes& request, Count count, Instant now);
    [[nodiscard]] bool open_bus(Instant& now);
    [[nodiscard]] std::vector<BusFrame> frames(const Bytes& request, Instant now);
    [[nodiscard]] std::vector<BusFrame> group_frames(const Bytes& request, Instant now) const;
    [[nodiscard]] std::string print_group(const BusFrame& frame) const;
    void add_can(std::vector<BusFrame>& list, const EcuMessage& message, Instant at) const;
    void add_legacy(std::vector<BusFrame>& list, const EcuMessage& message, Instant at) const;
    [[nodiscard]] std::vector<std::string> print(const BusFrame& frame) const;
    [[nodiscard]] Duration reply_wait() const;
    [[nodiscard]] std::optional<bus::EcuAddress> physical_target() const;

    [[nodiscard]] std::string join(ByteView bytes) const;
    void line(const std::string& text, Instant at);
    void prompt(Instant at);
    void reply(const std::string& text, Instant at);
    void emit(std::string bytes, Instant at);

    static constexpr std::size_t command_bytes_max = 1024;

    Vehicle vehicle_;
    const Dialect* dialect_;
    /// A new rate that the host has to confirm with a carriage return (ATBRD).
    struct Trial {
        std::uint32_t old;
        Instant until;
    };

    std::uint32_t boot_baud_;
    std::uint32_t baud_ = 0;
    std::uint32_t host_baud_ = 0;  ///< 0: not known, every rate is heard.
    std::optional<Trial> trial_;
    std::chrono::milliseconds baud_patience_{75};
    Duration byte_time_{};
    Settings settings_;
    std::string input_;
    std::string last_command_;
    std::deque<Piece> output_;
    Instant serial_free_{};
    std::optional<Instant> woke_;
    bool bus_open_ = false;
    Instant bus_used_{};
    bool abortable_ = false;
    /// A line of several commands being carried out: when the one in hand ended.
    struct Batch {
        Instant ended;
        bool failed = false;
    };
    std::optional<Batch> batch_;
};

}  // namespace protocols::simulator
