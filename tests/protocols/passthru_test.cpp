#include "protocols/simulator/passthru.hpp"
#include "protocols/passthru/bus.hpp"
#include "protocols/passthru/connect.hpp"
#include "protocols/passthru/installed.hpp"
#include "protocols/passthru/wire.hpp"
#include "protocols/passthru_worker/abi.hpp"
#include "protocols/passthru_worker/messages_0500.hpp"
#include "tests/support/conversation.hpp"
#include "tests/support/virtual_link.hpp"

#include <gtest/gtest.h>

namespace protocols::passthru {
namespace {

using bus::Protocol;

Call full_call() {
    Call call;
    call.id = 7;
    call.function = Function::start_filter;
    call.handle = 2;
    call.protocol = 6;
    call.flags = 0x100;
    call.baud = 500'000;
    call.type = 3;
    call.count = 9;
    call.timeout_ms = 60;
    call.name = "n\0m";
    call.bytes = {0x33, 0x00};
    call.parameters = {{1, 2}, {3, 0xFFFFFFFF}};
    call.messages = {{6, 1, 2, 3, 4, {0, 0, 7, 0xDF}}, {}};
    return call;
}

Returned full_return() {
    Returned returned;
    returned.id = 0xFFFFFFFF;
    returned.status = 8;
    returned.handle = 3;
    returned.value = 12'600;
    returned.error = "no device";
    returned.firmware = "1";
    returned.library = "2";
    returned.version = "04.04";
    returned.bytes = {8, 8};
    returned.parameters = {{1, 500'000}};
    returned.messages = {{6, 9, 0, 1, 4, Bytes(api::message_data_max, 0xAA)}};
    return returned;
}

TEST(PassThruWire, CarriesEveryFieldThereAndBack) {
    EXPECT_EQ(call_from(to_frame(full_call())).value(), full_call());
    EXPECT_EQ(returned_from(to_frame(full_return())).value(), full_return());
    EXPECT_EQ(call_from(to_frame(Call())).value(), Call());
}

TEST(PassThruWire, KnowsAWholeFrameFromAPart) {
    const auto frame = to_frame(full_call());
    for (std::size_t size = 0; size < frame.size(); ++size) {
        EXPECT_FALSE(frame_length(std::string_view(frame).substr(0, size)).value()) << size;
        EXPECT_TRUE(call_from(std::string_view(frame).substr(0, size)).has_error()) << size;
    }
    EXPECT_EQ(frame_length(frame + "more").value(), frame.size());
    EXPECT_TRUE(call_from(frame + "x").has_error());
    EXPECT_TRUE(frame_length(std::string(4, '\xFF')).has_error());
    auto unknown = frame;
    unknown[8] = '\x7F';  // no function has this number
    EXPECT_TRUE(call_from(unknown).has_error());
    auto long_data = full_return();
    long_data.messages[0].data.push_back(0);
    EXPECT_TRUE(returned_from(to_frame(long_data)).has_error());
}

TEST(PassThruCall, WaitsForItsOwnReturnAndNoLonger) {
    auto call = full_call();
    Returned late;
    late.id = call.id - 1;
    Returned own;
    own.id = call.id;
    own.value = 5;
    const auto done = tests::Conversation()
                          .expect_sent(to_frame(call))
                          .answer(to_frame(late))
                          .answer(to_frame(own).substr(0, 9))
                          .answer(to_frame(own).substr(9))
                          .run(CallLibrary(call));
    ASSERT_TRUE(done.has_value());
    EXPECT_EQ(done.value().value, 5U);
    const auto hangs =
        tests::Conversation().expect_sent(to_frame(call)).stay_silent().run(CallLibrary(call));
    ASSERT_TRUE(hangs.has_error());
    EXPECT_EQ(hangs.error().fault, Fault::link_lost);
    EXPECT_NE(hangs.error().detail.find("PassThruStartMsgFilter"), std::string::npos);
    const auto noise = tests::Conversation()
                           .expect_sent(to_frame(call))
                           .answer(std::string(8, '\xFF'))
                           .run(CallLibrary(call));
    ASSERT_TRUE(noise.has_error());
    tests::Conversation()
        .expect_sent(to_frame(call))
        .answer(to_frame(own).substr(0, 9))
        .answer(to_frame(own).substr(9))
        .check_link_loss_at_every_step([&] { return CallLibrary(call); });
}

TEST(PassThruCall, NamesWhatTheStandardNames) {
    EXPECT_EQ(api::name(api::noerror), "STATUS_NOERROR");
    EXPECT_EQ(api::name(api::device_not_connected), "ERR_DEVICE_NOT_CONNECTED");
    EXPECT_EQ(api::name(api::invalid_device_id), "ERR_INVALID_DEVICE_ID");
    EXPECT_EQ(api::name(0x26), "ERR_CONCURRENT_API_CALL");  // of 05.00
    EXPECT_EQ(api::name(0x27), "unknown result");
    EXPECT_EQ(name(Function::lookup), "PassThruIoctl FUNCT_MSG_LOOKUP_TABLE");
}

TEST(PassThruAbi, EveryLayoutHoldsTheSameMessage) {
    const api::Message message{6, 1, 0x140, 99, 4, {0, 0, 7, 0xE8, 0x41, 0x00}};
    for (const Layout layout : {Layout{4, true}, Layout{4, false}, Layout{8, true}}) {
        Structure two(layout);
        abi::add_message(two, {});
        abi::add_message(two, message);
        const auto each = abi::message_bytes(layout);
        EXPECT_EQ(each, layout.ulong_bytes == 4 ? 4152U : 4176U);
        ASSERT_EQ(two.size(), 2 * each);
        auto* second = static_cast<unsigned char*>(two.data()) + each;
        EXPECT_EQ(abi::read_message(second, layout), message);
        Members broken(second, layout);
        broken.skip_numbers(4);
        broken.put(5000);  // beyond the structure
        EXPECT_TRUE(abi::read_message(second, layout).data.empty());
    }
}

// Sizes of a 64-bit processor: computed from the definitions of version 05.00.
TEST(PassThruAbi, MessagesOf0500PointToTheirData) {
    EXPECT_EQ(abi::message05_bytes({4, true}), 40U);
    EXPECT_EQ(abi::message05_bytes({4, false}), 48U);
    EXPECT_EQ(abi::message05_bytes({8, true}), 72U);
    const api::Message message{5, 8, 0x140, 99, 4, {0, 0, 7, 0xE8, 0x41, 0x00}};
    for (const Layout layout : {Layout{4, true}, Layout{4, false}, Layout{8, true}}) {
        MessageArray array(layout, 2);
        array.add({}, 1);
        array.add(message, 77);
        EXPECT_EQ(array.at(1).message, message);
        EXPECT_EQ(array.at(1).handle, 77U);
        EXPECT_EQ(array.at(0).handle, 1U);
        Structure list(layout);
        list.number(3).pointer(&array);
        Members members(list.data(), layout);
        EXPECT_EQ(members.number(), 3U);
        EXPECT_EQ(members.pointer(), &array);
        Structure lost(layout);
        abi::add_message05(lost, message, 1, nullptr, 0);
        EXPECT_TRUE(abi::read_message05(lost.data(), layout, 4128).message.data.empty());
    }
}

TEST(PassThruInstalled, ReadsWhatDriversLeave) {
    const auto one = read_installed(
        R"({"NAME":"Box","VENDOR":"V","FUNCTION_LIB":"/l.so","CAN":true,"ABI_ULONG":4,"ABI_NATURAL":true})"
    );
    ASSERT_TRUE(one.has_value());
    EXPECT_EQ(one.value().library, "/l.so");
    EXPECT_EQ(one.value().ulong_bytes, 4);
    EXPECT_FALSE(one.value().packed);
    EXPECT_TRUE(one.value().version.empty());
    const auto newer = read_installed(
        R"({"NAME":"New","FUNCTION_LIB":"/n.so","API":"05.00","ABI_RESOURCES":"pointer"})"
    );
    ASSERT_TRUE(newer.has_value());
    EXPECT_EQ(newer.value().version, "05.00");
    EXPECT_TRUE(newer.value().resources_by_pointer);
    for (const auto* bad :
         {"", "[]", "{}", R"({"NAME":"Box"})", R"({"NAME":"B","FUNCTION_LIB":"l","ABI_ULONG":6})",
          R"({"NAME":"B","FUNCTION_LIB":"l","API":"02.02"})"}) {
        EXPECT_TRUE(read_installed(bad).has_error()) << bad;
    }
    // What a driver does not say, the table of quirks may know.
    Installed tcp;
    tcp.library = "C:\\drivers\\libj2534-tcp.so";
    tcp.packed = false;
    add_known_layout(tcp);
    EXPECT_EQ(tcp.ulong_bytes, 4);
    EXPECT_TRUE(tcp.packed);
    Installed stated;
    stated.library = "/usr/lib/libj2534-tcp.so";
    stated.ulong_bytes = 8;
    add_known_layout(stated);
    EXPECT_EQ(stated.ulong_bytes, 8);
    Installed unknown;
    unknown.library = "/usr/lib/other.so";
    add_known_layout(unknown);
    EXPECT_EQ(unknown.ulong_bytes, 0);
}

TEST(PassThruInstalled, TellsWhichProcessorALibraryIsFor) {
    const auto windows = [](const std::string& machine) {
        std::string head(256, '\0');
        head.replace(0, 2, "MZ");
        head[0x3C] = static_cast<char>(0x80);
        head.replace(0x80, 2, "PE");
        return head.replace(0x84, 2, machine);
    };
    EXPECT_EQ(bits_of(windows("\x4C\x01")), 32);
    EXPECT_EQ(bits_of(windows("\x64\x86")), 64);
    EXPECT_EQ(bits_of(windows("\x64\xAA")), 64);
    EXPECT_EQ(bits_of(windows("\x11\x22")), 0);
    EXPECT_EQ(
        bits_of("\x7F"
                "ELF\x01..."),
        32
    );
    EXPECT_EQ(
        bits_of("\x7F"
                "ELF\x02..."),
        64
    );
    const auto whole = windows("\x4C\x01");
    for (std::size_t size = 0; size < 0x86; ++size) {
        EXPECT_EQ(bits_of(std::string_view(whole).substr(0, size)), 0) << size;
    }
    auto far = whole;
    far.replace(0x3C, 4, "\xFF\xFF\xFF\xFF");
    EXPECT_EQ(bits_of(far), 0);
}

// The simulated device against rules of SAE J2534-1 (04.04), one a line.
class Device {
public:
    explicit Device(std::string_view vehicle)
        : device_(simulator::built_in_vehicle(vehicle).value()) {}

    Returned call(Call call) {
        auto outcome = device_.call(call, now_);
        took_ = outcome.at - now_;
        now_ = outcome.at;
        return outcome.returned;
    }
    std::uint32_t status(Call one) { return call(std::move(one)).status; }
    [[nodiscard]] std::chrono::milliseconds took() const {
        return std::chrono::duration_cast<std::chrono::milliseconds>(took_);
    }

private:
    simulator::PassThru device_;
    Instant now_{};
    Instant::duration took_{};
};

Call of(Function function, std::uint32_t handle = 1) {
    Call call;
    call.function = function;
    call.handle = handle;
    return call;
}
Call connect(std::uint32_t protocol, std::uint32_t flags, std::uint32_t baud) {
    auto call = of(Function::connect);
    call.protocol = protocol;
    call.flags = flags;
    call.baud = baud;
    return call;
}
Call filter(
    std::uint32_t channel, std::uint32_t type, std::vector<Bytes> parts, std::uint32_t protocol = 6
) {
    auto call = of(Function::start_filter, channel);
    call.type = type;
    for (auto& part : parts) {
        call.messages.push_back({protocol, 0, 0, 0, 0, std::move(part)});
    }
    return call;
}
Call read(std::uint32_t channel, std::uint32_t count, std::uint32_t timeout) {
    auto call = of(Function::read, channel);
    call.count = count;
    call.timeout_ms = timeout;
    return call;
}
Call write(std::uint32_t channel, Bytes data, std::uint32_t protocol = 6) {
    auto call = of(Function::write, channel);
    call.messages = {{protocol, 0, api::iso15765_frame_pad, 0, 0, std::move(data)}};
    call.timeout_ms = 100;
    return call;
}
const Bytes all_ones{0xFF, 0xFF, 0xFF, 0xFF};
const Bytes engine{0, 0, 0x07, 0xE8};
const Bytes to_engine{0, 0, 0x07, 0xE0};
const Bytes everybody{0, 0, 0x07, 0xDF, 0x01, 0x00};

TEST(PassThruConformance, OfTheSimulatedDevice) {
    Device device("healthy-petrol");
    // Nothing before PassThruOpen; the device is open once.
    EXPECT_EQ(device.status(connect(6, 0, 500'000)), api::invalid_device_id);
    EXPECT_EQ(device.status(of(Function::open, 0)), api::noerror);
    EXPECT_EQ(device.status(of(Function::open, 0)), api::device_in_use);
    EXPECT_EQ(device.status(of(Function::battery, 9)), api::invalid_device_id);
    EXPECT_EQ(device.call(of(Function::read_version)).version, "04.04");
    // Protocols, flags and rates that there are not.
    EXPECT_EQ(device.status(connect(0x55, 0, 500'000)), api::invalid_protocol_id);
    EXPECT_EQ(device.status(connect(6, 0x4000, 500'000)), api::invalid_flags);
    EXPECT_EQ(device.status(connect(6, 0, 123)), api::invalid_baudrate);
    const auto channel = device.call(connect(6, 0, 500'000)).handle;
    EXPECT_EQ(device.status(connect(6, 0, 500'000)), api::channel_in_use);
    EXPECT_EQ(device.status(connect(5, 0, 500'000)), api::channel_in_use);
    EXPECT_EQ(device.status(read(99, 1, 0)), api::invalid_channel_id);
    // Without a filter nothing is received.
    EXPECT_EQ(device.status(write(channel, everybody)), api::noerror);
    auto got = device.call(read(channel, 8, 100));
    for (const auto& message : got.messages) {
        EXPECT_NE(message.rx_status & api::tx_msg_type, 0U);
    }
    // Filters: three messages of one length for flow control, unique, at most ten.
    EXPECT_EQ(device.status(filter(channel, 3, {all_ones, engine})), api::null_parameter);
    EXPECT_EQ(device.status(filter(channel, 3, {all_ones, engine, {1}})), api::invalid_msg);
    EXPECT_EQ(device.status(filter(channel, 3, {{}, {}, {}})), api::invalid_msg);
    EXPECT_EQ(device.status(filter(channel, 7, {all_ones, engine})), api::failed);
    EXPECT_EQ(
        device.status(filter(channel, 3, {all_ones, engine, to_engine}, 5)), api::msg_protocol_id
    );
    const auto first = device.call(filter(channel, 3, {all_ones, engine, to_engine}));
    EXPECT_EQ(first.status, api::noerror);
    EXPECT_EQ(device.status(filter(channel, 3, {all_ones, engine, to_engine})), api::not_unique);
    for (std::uint8_t unit = 1; unit < 10; ++unit) {
        EXPECT_EQ(
            device.status(filter(channel, 3, {all_ones, {0, 0, 1, unit}, {0, 0, 2, unit}})),
            api::noerror
        );
    }
    EXPECT_EQ(
        device.status(filter(channel, 3, {all_ones, {0, 0, 1, 99}, {0, 0, 2, 99}})),
        api::exceeded_limit
    );
    EXPECT_EQ(device.status(of(Function::stop_filter, channel)), api::invalid_filter_id);
    // Writing: protocol, length; then the answer, own messages and indications marked as such.
    EXPECT_EQ(device.status(write(channel, everybody, 5)), api::msg_protocol_id);
    EXPECT_EQ(device.status(write(channel, {0, 0, 7})), api::invalid_msg);
    EXPECT_EQ(device.status(write(channel, everybody)), api::noerror);
    got = device.call(read(channel, 1, 100));
    EXPECT_EQ(got.messages.at(0).rx_status, api::tx_msg_type | api::tx_done);
    got = device.call(read(channel, 1, 100));
    EXPECT_EQ(got.status, api::noerror);
    EXPECT_EQ(to_hex(got.messages.at(0).data).substr(0, 12), "000007E84100");
    // Reading: empty, and in part.
    got = device.call(read(channel, 1, 50));
    EXPECT_EQ(got.status, api::buffer_empty);
    EXPECT_EQ(device.took().count(), 50);
    EXPECT_EQ(device.status(write(channel, everybody)), api::noerror);
    got = device.call(read(channel, 8, 100));
    EXPECT_EQ(got.status, api::timeout);
    EXPECT_EQ(got.messages.size(), 2U);
    // A message of several frames is announced.
    EXPECT_EQ(device.status(write(channel, {0, 0, 7, 0xDF, 0x09, 0x02})), api::noerror);
    got = device.call(read(channel, 8, 100));
    ASSERT_EQ(got.messages.size(), 3U);
    EXPECT_EQ(got.messages[1].rx_status, api::start_of_message);
    EXPECT_EQ(got.messages[1].data, engine);
    EXPECT_EQ(got.messages[2].data.size(), 4U + 20U);
    // Parameters.
    auto config = of(Function::get_config, channel);
    config.parameters = {{api::data_rate, 0}};
    EXPECT_EQ(device.call(config).parameters.at(0).second, 500'000U);
    config.parameters = {{0x77, 0}};
    EXPECT_EQ(device.status(config), api::not_supported);
    // Closing takes the channels along.
    EXPECT_EQ(device.status(of(Function::close)), api::noerror);
    EXPECT_EQ(device.status(read(channel, 1, 0)), api::invalid_device_id);
}

TEST(PassThruConformance, OfAWrongRateAndOfKLineSessions) {
    Device wrong("healthy-petrol");
    EXPECT_EQ(wrong.status(of(Function::open, 0)), api::noerror);
    const auto slow = wrong.call(connect(6, 0, 250'000)).handle;
    EXPECT_EQ(wrong.status(write(slow, everybody)), api::timeout);  // nobody acknowledges
    Device device("iso9141-2003");
    EXPECT_EQ(device.status(of(Function::open, 0)), api::noerror);
    const auto channel = device.call(connect(3, 0, 10'400)).handle;
    EXPECT_EQ(device.status(filter(channel, 1, {{0}, {0}}, 3)), api::noerror);
    const Bytes request{0x68, 0x6A, 0xF1, 0x01, 0x00};
    EXPECT_EQ(device.status(write(channel, request, 3)), api::noerror);
    EXPECT_EQ(device.status(read(channel, 1, 300)), api::buffer_empty);  // no session yet
    auto init = of(Function::five_baud_init, channel);
    init.bytes = {0x33};
    EXPECT_EQ(to_hex(device.call(init).bytes), "0808");
    EXPECT_GT(device.took().count(), 2000);
    EXPECT_EQ(device.status(write(channel, request, 3)), api::noerror);
    EXPECT_EQ(device.call(read(channel, 1, 300)).messages.size(), 1U);
    // After five idle seconds the session is over (P3max).
    EXPECT_EQ(device.status(read(channel, 1, 6000)), api::buffer_empty);
    EXPECT_EQ(device.status(write(channel, request, 3)), api::noerror);
    EXPECT_EQ(device.status(read(channel, 1, 300)), api::buffer_empty);
    EXPECT_EQ(device.status(of(Function::fast_init, channel)), api::not_supported);
}

Connection connected(tests::VirtualLink& link, Numbers& numbers) {
    Connect machine(Protocol::undecided, numbers);
    auto result = link.run(machine);
    EXPECT_TRUE(result.has_value());
    return std::move(result.value());
}

TEST(PassThruAsk, WaitsOutPendingAndAsksABusyUnitAgain) {
    auto vehicle = simulator::built_in_vehicle("healthy-petrol").value();
    vehicle.ecus[0].delays["0906"] = {3, std::chrono::milliseconds(2000)};
    simulator::PassThruWorker worker{simulator::PassThru(vehicle)};
    tests::VirtualLink link(worker);
    Numbers numbers;
    const auto connection = connected(link, numbers);
    Ask machine(
        {{0x09, 0x06}, {}, {{bus::EcuAddress::can11(0x7E8), 1}}}, connection.session, numbers
    );
    const auto result = link.run(machine);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().answer.messages.size(), 1U);
    EXPECT_TRUE(result.value().answer.negatives.empty());
}

TEST(PassThruConformance, OfPeriodicMessages) {
    Device device("iso9141-2003");
    EXPECT_EQ(device.status(of(Function::open, 0)), api::noerror);
    const auto channel = device.call(connect(3, 0, 10'400)).handle;
    EXPECT_EQ(device.status(filter(channel, 1, {{0}, {0}}, 3)), api::noerror);
    auto init = of(Function::five_baud_init, channel);
    init.bytes = {0x33};
    EXPECT_EQ(device.status(init), api::noerror);
    auto start = of(Function::start_periodic, channel);
    start.messages = {{3, 0, 0, 0, 0, {0x68, 0x6A, 0xF1, 0x01, 0x00}}};
    for (const std::uint32_t interval : {0U, 4U, 65'536U}) {
        start.timeout_ms = interval;
        EXPECT_EQ(device.status(start), api::invalid_time_interval) << interval;
    }
    start.timeout_ms = 4000;
    auto wrong = start;
    wrong.messages[0].protocol = 4;
    EXPECT_EQ(device.status(wrong), api::msg_protocol_id);
    wrong = start;
    wrong.messages[0].data.assign(13, 0);
    EXPECT_EQ(device.status(wrong), api::invalid_msg);
    const auto started = device.call(start);
    EXPECT_EQ(started.status, api::noerror);
    // It is asked again and again, and the session holds.
    EXPECT_EQ(device.call(read(channel, 3, 13'000)).messages.size(), 3U);
    auto stop = of(Function::stop_periodic, channel);
    EXPECT_EQ(device.status(stop), api::invalid_msg_id);
    stop.type = started.handle;
    EXPECT_EQ(device.status(stop), api::noerror);
    EXPECT_EQ(device.status(read(channel, 1, 6000)), api::buffer_empty);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(device.status(start), api::noerror);
    }
    EXPECT_EQ(device.status(start), api::exceeded_limit);
    auto clear = of(Function::clear, channel);
    clear.type = api::clear_periodic_msgs;
    EXPECT_EQ(device.status(clear), api::noerror);
    EXPECT_EQ(device.status(start), api::noerror);
}

TEST(PassThruAsk, FindsAKLineSessionOpenHoweverLongNothingWasAsked) {
    for (const auto* const name : {"kwp-fast-2005", "kwp-slow-2003", "iso9141-2003"}) {
        simulator::PassThruWorker worker{
            simulator::PassThru(simulator::built_in_vehicle(name).value())};
        tests::VirtualLink link(worker);
        Numbers numbers;
        const auto connection = connected(link, numbers);
        link.pass(std::chrono::minutes(10));
        const auto unit = connection.first_answer.messages.at(0).source;
        Ask machine({{0x01, 0x0C}, {}, {{unit, 1}}}, connection.session, numbers);
        const auto result = link.run(machine);
        ASSERT_TRUE(result.has_value()) << name;
        EXPECT_EQ(result.value().answer.messages.size(), 1U) << name;
        EXPECT_EQ(result.value().session.channel, connection.session.channel) << name;
    }
}

TEST(PassThruAsk, OpensAKLineSessionAgainThatHasRunOut) {
    simulator::PassThruQuirks quirks;
    quirks.no_periodic = true;
    simulator::PassThruWorker worker{
        simulator::PassThru(simulator::built_in_vehicle("kwp-fast-2005").value(), quirks)};
    tests::VirtualLink link(worker);
    Numbers numbers;
    const auto connection = connected(link, numbers);
    EXPECT_EQ(connection.session.bus, Protocol::kwp_fast);
    link.pass(std::chrono::milliseconds(8000));
    const auto unit = connection.first_answer.messages.at(0).source;
    Ask machine({{0x01, 0x0C}, {}, {{unit, 1}}}, connection.session, numbers);
    const auto result = link.run(machine);
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(result.value().answer.messages.size(), 1U);
    EXPECT_NE(result.value().session.channel, connection.session.channel);
}

TEST(PassThruConnect, SaysWhatEachTrialSaid) {
    simulator::PassThruWorker worker{
        simulator::PassThru(simulator::built_in_vehicle("silent").value())};
    tests::VirtualLink link(worker);
    Numbers numbers;
    Connect machine(Protocol::undecided, numbers);
    const auto result = link.run(machine);
    ASSERT_TRUE(result.has_error());
    EXPECT_EQ(result.error().fault, Fault::no_protocol);
    for (const auto* bus :
         {"CAN 11/500", "CAN 29/250", "VPW", "PWM", "9141", "KWP FAST", "KWP 5BAUD"}) {
        EXPECT_NE(result.error().detail.find(bus), std::string::npos) << bus;
    }
}

}  // namespace
}  // namespace protocols::passthru
