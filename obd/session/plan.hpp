#pragma once

#include "obd/snapshot/combined.hpp"
#include "obd/snapshot/snapshot.hpp"
#include "protocols/bus/answer.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace obd {

/// PIDs of a freeze frame that an inspection reads.
inline constexpr std::array<std::uint8_t, 4> frozen_pids{0x0C, 0x05, 0x0D, 0x04};

/// What an inspection reads, and in which order: support, identity, status, codes, the rest. Pure:
/// next() says what to ask, take() files the answer. Nothing is asked twice, nothing that every
/// control unit's bitmap denies is asked at all. On CAN up to six PIDs of service 01 share a
/// request (SAE J1979 6.1); what a unit leaves out of such an answer is asked by itself. In J1979-2
/// the same is asked as identifiers F4xx and F8xx of service 22, three a request, and codes by
/// service 19.
class Plan {
public:
    /// What may differ from an inspection's usual reading.
    struct Options {
        bool engine_at_end = false;           ///< PID 0C once more when all else is read.
        std::vector<std::string> left_out{};  ///< As ReadingSettings has them.
        Tongue tongue = Tongue::j1979;
        std::vector<MonitorGroups> groups{};  ///< At most readiness_groups_max groups in all.
    };
    /// `first`: the answer to service 01 PID 00 by which the bus was found; in J1979-2 the one to
    /// 22 F810, which tells only who is there.
    Plan(protocols::bus::Protocol protocol, const protocols::bus::Answer& first, Options options);
    Plan(protocols::bus::Protocol protocol, const protocols::bus::Answer& first)
        : Plan(protocol, first, Options()) {}

    [[nodiscard]] std::optional<protocols::bus::Request> next();
    /// Must follow each next() once.
    void take(const protocols::bus::Answer& answer);

    /// The request on its way, and those that are sure to follow it whatever comes, with an answer
    /// whose length is certain.
    [[nodiscard]] std::vector<protocols::bus::Request> ahead() const;

    // To make sure, after the link was lost, that it still is the same vehicle.
    enum class Sameness { same, other, unclear };  ///< unclear: not everybody answered again.
    /// Asks for the bitmap of PID 00 again.
    [[nodiscard]] protocols::bus::Request bitmap_request() const;
    [[nodiscard]] Sameness same_bitmaps(const protocols::bus::Answer& answer) const;
    /// Asks for the VIN again; nullopt when none had been read.
    [[nodiscard]] std::optional<protocols::bus::Request> vin_request() const;
    [[nodiscard]] Sameness same_vins(const protocols::bus::Answer& answer) const;

    /// What is being read, e.g. `identity`; a key for texts in the user's language.
    [[nodiscard]] std::string_view step() const;
    /// Share of the plan done, 0 to 1.
    [[nodiscard]] double progress() const;

    [[nodiscard]] const Snapshot& snapshot() const { return snapshot_; }
    [[nodiscard]] Snapshot& snapshot() { return snapshot_; }

private:
    enum class What {
        support,
        infotypes,
        count,
        vin,
        calids,
        cvns,
        performance_spark,
        performance_compression,
        name,
        status,
        status_cycle,
        stored,
        pending,
        permanent,
        freeze_cause,
        freeze_support,
        freeze_value,
        frame,  ///< J1979-2: of one unit, by its place in the snapshot.
        group,  ///< J1979-2: a readiness group of one unit, by its place and the group's.
        requirement,
        fuel,
        parameter,
        speed_at_end,
    };
    struct Ask {
        What what;
        std::uint8_t id;  ///< PID, infotype or place of a unit; group: unit · groups + group.
        std::string_view step;
    };

    [[nodiscard]] static std::vector<Ask> asks_of(const Options& options, std::size_t groups);
    [[nodiscard]] static bool packable(What what);  ///< May share a request with others.
    [[nodiscard]] int codes_expected(const Ask& ask, const Ecu& ecu) const;
    [[nodiscard]] bool uds() const { return options_.tongue == Tongue::j1979_2; }
    [[nodiscard]] protocols::Bytes uds_request(const std::vector<Ask>& asks) const;
    /// The parts of a shared answer, each as an answer of its own, by PID.
    [[nodiscard]] std::map<std::uint8_t, protocols::Bytes> split(
        const protocols::Bytes& message, const protocols::bus::Request& request
    ) const;
    [[nodiscard]] static std::uint8_t classic_service(const Ask& ask);
    /// J1979-2: the code whose freeze frames the unit at this place of the snapshot is asked for.
    [[nodiscard]] std::optional<std::uint32_t> frame_code(std::uint8_t place) const;
    [[nodiscard]] static protocols::Result<std::optional<FreezeFrame>> frame_of(
        protocols::ByteView message
    );
    [[nodiscard]] static std::vector<std::uint8_t> groups_of(const std::vector<MonitorGroups>& named
    );
    [[nodiscard]] std::uint8_t group_of(const Ask& ask) const;
    [[nodiscard]] const Ecu* unit_of(const Ask& ask) const;
    [[nodiscard]] bool groups_tell(const Ecu& ecu) const;
    void file_group(
        const Ask& ask,
        Ecu& ecu,
        const protocols::bus::Request& request,
        const protocols::bus::Answer& answer,
        Absence absence
    ) const;
    void make_sure_of_refusal(const Ask& ask);
    void keep_whole(
        const char* list, std::uint8_t service, Ecu& ecu, const protocols::bus::Answer& answer
    ) const;
    [[nodiscard]] static bool infotype(What what);  ///< Told of by service 09 infotype 00.

    [[nodiscard]] bool wanted(const Ask& ask) const;
    [[nodiscard]] bool left_out(const Ask& ask) const;
    /// `unknown`: the bitmap that would tell did not arrive.
    enum class Support { yes, no, unknown };
    [[nodiscard]] Support support(const Ecu& ecu, const Ask& ask) const;
    [[nodiscard]] bool supports(const Ecu& ecu, const Ask& ask) const {
        return support(ecu, ask) == Support::yes;
    }
    [[nodiscard]] bool one_message_a_unit(const protocols::bus::Request& request) const;
    [[nodiscard]] static Absence unless_answered(
        const Ecu& ecu, const Ask& ask, Support support, bool asked
    );
    [[nodiscard]] std::vector<Ask> gather();
    [[nodiscard]] protocols::bus::Request request(const std::vector<Ask>& asks) const;
    [[nodiscard]] std::size_t answer_bytes(const Ecu& ecu, const std::vector<Ask>& asks) const;
    [[nodiscard]] int messages_expected(const Ask& ask, const Ecu& ecu) const;
    void expect(const std::vector<Ask>& asks, protocols::bus::Request& request) const;
    void skip(const Ask& ask);
    void take_pack(const protocols::bus::Answer& answer);
    void file(
        const Ask& ask,
        Ecu& ecu,
        const protocols::bus::Request& request,
        const protocols::bus::Answer& answer
    );
    void file_frozen(const Ask& ask, Ecu& ecu, const std::vector<protocols::Bytes>& messages);
    void file_support(Ecu& ecu, std::uint8_t base, const std::vector<protocols::Bytes>& messages);

    Framing framing_;
    Snapshot snapshot_;
    bool packs_;
    Options options_;
    std::vector<std::uint8_t> groups_;  ///< Readiness groups that are monitors.
    std::shared_ptr<const std::vector<Ask>> asks_;
    std::optional<std::uint8_t> refused_;  ///< The group ask that was refused once.
    /// Messages of a unit's infotype, where it told (legacy buses).
    std::map<std::pair<protocols::bus::EcuAddress, std::uint8_t>, int> counts_;
    std::size_t position_ = 0;
    std::vector<Ask> current_;  ///< What the request on its way asks for.
    std::deque<Ask> singles_;   ///< Left out of a shared answer, to be asked by themselves.
    protocols::bus::Request request_;
};

}  // namespace obd
