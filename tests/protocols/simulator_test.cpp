#include "protocols/elm327/frames.hpp"
#include "protocols/simulator/dialogue.hpp"
#include "protocols/simulator/elm.hpp"

#include <gtest/gtest.h>

namespace protocols::simulator {
namespace {

using namespace std::chrono_literals;

/// Types commands at a simulated adapter and gives every byte that comes back.
class Typist {
public:
    explicit Typist(
        Vehicle vehicle, std::string_view dialect = "elm327-2.3", std::uint32_t baud = 0
    )
        : elm_(std::move(vehicle), *find_dialect(dialect), baud) {}

    std::string type(const std::string& command) {
        const auto asked = now_;
        elm_.receive(command + "\r", now_);
        std::string all;
        while (elm_.due()) {
            now_ = std::max(now_, *elm_.due());
            all += elm_.take(now_);
        }
        took_ = now_ - asked;
        return all;
    }
    std::string type_all(std::initializer_list<const char*> commands) {
        std::string last;
        for (const auto* command : commands) {
            last = type(command);
        }
        return last;
    }
    [[nodiscard]] Instant::duration took() const { return took_; }

private:
    Elm elm_;
    Instant now_{1h};
    Instant::duration took_{};
};

Vehicle car(std::string_view name) {
    return built_in_vehicle(name).value();
}

// What each switch changes, byte for byte (ELM327 data sheet v2.3).
TEST(SimulatedElm, EchoesAndSpacesUntilToldOtherwise) {
    Typist typist(car("healthy-petrol"));
    EXPECT_EQ(typist.type("ATZ"), "ATZ\r\r\rELM327 v2.3\r\r>");
    EXPECT_EQ(typist.type("ATSP6"), "ATSP6\rOK\r\r>");
    EXPECT_EQ(typist.type("010D"), "010D\r41 0D 00 \r\r>");
    EXPECT_EQ(typist.type("ATE0"), "ATE0\rOK\r\r>");
    EXPECT_EQ(typist.type("010D"), "41 0D 00 \r\r>");
    EXPECT_EQ(typist.type("ATS0"), "OK\r\r>");
    EXPECT_EQ(typist.type("010D"), "410D00\r\r>");
    EXPECT_EQ(typist.type("ATL1"), "OK\r\n\r\n>");
    EXPECT_EQ(typist.type("010D"), "410D00\r\n\r\n>");
}

TEST(SimulatedElm, ShowsHeadersPaddingAndLengthAsTheRealOneDoes) {
    Typist typist(car("mil-on"));
    typist.type_all({"ATE0", "ATSP6", "ATH1"});
    EXPECT_EQ(typist.type("03"), "7E8 06 43 02 04 20 03 01 \r7E9 02 43 00 \r\r>");
    typist.type("ATD1");
    EXPECT_EQ(typist.type("0A"), "7E8 8 04 4A 01 04 20 \r7E9 8 02 4A 00 \r\r>");
    typist.type_all({"ATD0", "ATCAF0"});
    EXPECT_EQ(typist.type("0A"), "7E8 04 4A 01 04 20 55 55 55 \r7E9 02 4A 00 55 55 55 55 55 \r\r>");
}

TEST(SimulatedElm, SegmentsLongAnswersWithAndWithoutHeaders) {
    Typist typist(car("healthy-petrol"));
    typist.type_all({"ATE0", "ATS0", "ATSP6"});
    EXPECT_EQ(typist.type("0902"), "014\r0:490201334E31\r1:434E374144334B\r2:4C383132333435\r\r>");
    typist.type("ATH1");
    EXPECT_EQ(
        typist.type("0902"), "7E81014490201334E31\r7E821434E374144334B\r7E8224C383132333435\r\r>"
    );
}

TEST(SimulatedElm, PrintsTheHeaderFormOfEveryLegacyBus) {
    struct Row {
        const char* vehicle;
        const char* protocol;
        std::string starts;
    };
    for (const auto& row : {
             Row{"j1850-pwm-1999", "ATSP1", "41 6B 10 41 0D 00 "},
             Row{"j1850-vpw-2001", "ATSP2", "48 6B 10 41 0D 00 "},
             Row{"iso9141-2003", "ATSP3", "48 6B 10 41 0D 00 "},
             Row{"kwp-slow-2003", "ATSP4", "83 F1 11 41 0D 00 "},
             Row{"kwp-fast-2005", "ATSP5", "83 F1 11 41 0D 00 "},
         }) {
        Typist typist(car(row.vehicle));
        typist.type_all({"ATE0", "ATH1", row.protocol, "0100"});
        const auto reply = typist.type("010D");
        EXPECT_TRUE(reply.starts_with(row.starts)) << row.vehicle << ": " << reply;
        const auto bytes = *from_hex(reply.substr(0, reply.find('\r')));
        const ByteView body(bytes.data(), bytes.size() - 1);
        const bool crc = std::string_view(row.vehicle).starts_with("j1850");
        EXPECT_EQ(bytes.back(), crc ? elm327::j1850_crc(body) : elm327::byte_sum(body));
    }
}

TEST(SimulatedElm, AnnouncesTheSearchAndTheBusStart) {
    Typist searching(car("healthy-petrol"));
    searching.type_all({"ATE0", "ATSP0"});
    EXPECT_TRUE(searching.type("0100").starts_with("SEARCHING...\r41 00 "));
    EXPECT_EQ(searching.type("ATDPN"), "A6\r\r>");
    Typist silent(car("silent"));
    silent.type_all({"ATE0", "ATSP0"});
    EXPECT_EQ(silent.type("0100"), "SEARCHING...\rUNABLE TO CONNECT\r\r>");
    Typist kline(car("iso9141-2003"));
    kline.type_all({"ATE0", "ATSP3"});
    EXPECT_TRUE(kline.type("0100").starts_with("BUS INIT: OK\r"));
    EXPECT_GE(kline.took(), 2600ms);
}

TEST(SimulatedElm, SaysNoDataForWhatTheVehicleDoesNotKnow) {
    Typist typist(car("healthy-petrol"));
    typist.type_all({"ATE0", "ATSP6"});
    EXPECT_EQ(typist.type("01A5"), "NO DATA\r\r>");
    EXPECT_NEAR(std::chrono::duration<double>(typist.took()).count(), 0.205, 0.01);  // ATST 32
    typist.type("ATST19");
    typist.type("01A5");
    EXPECT_NEAR(std::chrono::duration<double>(typist.took()).count(), 0.102, 0.01);
}

TEST(SimulatedElm, EndsEarlyOnTheResponseCountDigit) {
    Typist typist(car("healthy-petrol"));
    typist.type_all({"ATE0", "ATS0", "ATH1", "ATSP6", "0100"});
    typist.type("010D");
    const auto without = typist.took();
    EXPECT_EQ(typist.type("010D1"), "7E803410D00\r\r>");
    EXPECT_LT(typist.took(), without);
    // Too small a count loses frames, as on the road.
    EXPECT_EQ(typist.type("09021"), "7E81014490201334E31\r\r>");
    Typist clone(car("healthy-petrol"), "elm327-1.5-clone");
    clone.type_all({"ATE0", "ATSP6"});
    EXPECT_EQ(clone.type("010D1"), "?\r\r>");
}

TEST(SimulatedElm, SendsResponsePendingBeforeASlowAnswer) {
    Typist typist(car("diesel"));
    typist.type_all({"ATE0", "ATS0", "ATH1", "ATSP6"});
    const auto reply = typist.type("0906");
    EXPECT_TRUE(reply.starts_with("7E8037F0978\r7E8037F0978\r7E8100B490602")) << reply;
}

TEST(SimulatedElm, StopsWhatItDoesWhenAByteArrives) {
    auto vehicle = car("healthy-petrol");
    Elm elm(vehicle, *find_dialect("elm327-2.3"), 0);
    Instant now{1h};
    elm.receive("ATE0\rATSP0\r", now);
    now += 1s;
    static_cast<void>(elm.take(now));
    elm.receive("0100\r", now);
    elm.receive("X", now + 1ms);
    now += 1s;
    EXPECT_NE(elm.take(now).find("STOPPED\r\r>"), std::string::npos);
}

TEST(SimulatedElm, TakesTheTimeOfItsSerialLine) {
    // "ATI\r" in, "ELM327 v2.3\r\r>" out, ten bits a character.
    const auto time_at = [](std::uint32_t baud) {
        Typist typist(car("healthy-petrol"), "elm327-2.3", baud);
        typist.type_all({"ATE0", "ATI"});
        return std::chrono::duration<double>(typist.took()).count();
    };
    constexpr double bits = (4 + 14) * 10;
    EXPECT_NEAR(time_at(9600) - time_at(38400), bits / 9600 - bits / 38400, 1e-5);
}

TEST(SimulatedElm, KnowsTheCommandsOfItsVersionOnly) {
    Typist genuine(car("silent"));
    Typist clone(car("silent"), "elm327-1.5-clone");
    genuine.type("ATE0");
    clone.type("ATE0");
    EXPECT_EQ(genuine.type("ATAMC"), "OK\r\r>");
    EXPECT_EQ(clone.type("ATAMC"), "?\r\r>");
    EXPECT_EQ(genuine.type("STI"), "?\r\r>");
    Typist stn(car("silent"), "stn2255");
    stn.type("ATE0");
    EXPECT_EQ(stn.type("STI"), "STN2255 v5.10.3\r\r>");
    EXPECT_EQ(stn.type("ATI"), "ELM327 v1.4b\r\r>");
}

TEST(SimulatedVehicle, MovesItsValuesPlausibly) {
    const auto vehicle = car("healthy-petrol");
    const auto speed_at = [&](double seconds) {
        const auto answer = vehicle.ask(Bytes{0x01, 0x0C}, seconds);
        return static_cast<double>(big_endian(ByteView(answer.at(0).data).subspan(2))) / 4;
    };
    std::set<double> seen;
    for (int i = 0; i < 20; ++i) {
        seen.insert(speed_at(i * 0.31));
        EXPECT_GT(speed_at(i * 0.31), 500);
        EXPECT_LT(speed_at(i * 0.31), 1500);
    }
    EXPECT_GT(seen.size(), 10U);
    const auto frozen = car("clean-plug");
    EXPECT_EQ(frozen.ask(Bytes{0x01, 0x0C}, 0)[0].data, frozen.ask(Bytes{0x01, 0x0C}, 99)[0].data);
}

TEST(SimulatedVehicle, NamesThePlaceOfAMistakeInItsFile) {
    struct Row {
        std::string text;
        std::string_view complaint;
    };
    const std::string good = R"({"schema":"obd-sim/vehicle/1","name":"x","protocol":"can11_500")";
    for (const auto& row : {
             Row{"[", "not JSON"},
             Row{good + R"(,"ecus":[{"address":"7E8","stored":["X1"]}]})", "/ecus/0/stored"},
             Row{good + R"(,"ecus":[{"address":"7E"}],"wheels":4})", "/wheels"},
             Row{good + R"(,"ecus":[{"address":"7E8","vin":"short"}]})", "/ecus/0/vin"},
             Row{good + R"(,"ecus":[{"address":"7E8","mil":"yes"}]})", "/ecus/0/mil"},
             Row{good + R"(,"papers":{"plate":"A","fuel":"x","colour":"red"},"ecus":[]})",
                 "/papers/colour"},
             Row{R"({"schema":"obd-sim/vehicle/1","name":"x","protocol":"warp","ecus":[]})",
                 "/protocol"},
         }) {
        const auto result = read_vehicle(row.text);
        ASSERT_TRUE(result.has_error()) << row.text;
        EXPECT_NE(result.error().detail.find(row.complaint), std::string::npos)
            << result.error().detail;
    }
}

TEST(DialoguePlayer, AnswersWhatWasRecordedInItsOrder) {
    const auto dialogue = read_dialogue(
        R"({"id":"x","protocol":"6","exchanges":[
            {"req":"01 0C","raw":"7E8 04 41 0C 0D 96","prompt":true},
            {"req":"010C","raw":"7E8 04 41 0C 0D 8C","prompt":true},
            {"req":"0902","raw":"7E8 10","prompt":false}]})"
    );
    ASSERT_TRUE(dialogue.has_value()) << dialogue.error().detail;
    DialoguePlayer player(dialogue.value());
    const auto type = [&](const std::string& command) {
        player.receive(command + "\r", Instant{});
        return player.take(Instant{} + 1s);
    };
    EXPECT_EQ(type("010C"), "7E8 04 41 0C 0D 96\r\r>");
    EXPECT_EQ(type("010C"), "7E8 04 41 0C 0D 8C\r\r>");
    EXPECT_EQ(type("010C"), "7E8 04 41 0C 0D 8C\r\r>");
    EXPECT_EQ(type("010D"), "NO DATA\r\r>");
    EXPECT_EQ(type("0902"), "7E8 10");
    EXPECT_EQ(type("ATTP6"), "OK\r\r>");
}

TEST(DialoguePlayer, RefusesAFileOfAnotherForm) {
    EXPECT_TRUE(read_dialogue("{}").has_error());
    EXPECT_TRUE(read_dialogue("not json").has_error());
    EXPECT_TRUE(read_dialogue(R"({"exchanges":[{"req":1}]})").has_error());
}

}  // namespace
}  // namespace protocols::simulator
