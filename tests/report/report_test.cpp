#include "station/report/pdf/pdf.hpp"
#include "tests/support/folder.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace station::report {
namespace {

using protocols::Fault;

/// What a program writes, and whether it ended well.
struct Ran {
    int code = 0;
    std::string said;
};
Ran run(const std::string& command) {
    Ran ran;
    FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    std::array<char, 4096> piece{};
    while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) {
        ran.said += piece.data();
    }
    ran.code = ::pclose(pipe);
    return ran;
}

bool has(const char* program) {
    return run(std::string("command -v ") + program).code == 0;
}

/// A Base45 text as long as certificates are.
std::string certificate() {
    std::string text = "OBDC1:";
    for (int i = 0; i < 290; ++i) {
        text += "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"[(i * 17 + 3) % 45];
    }
    return text;
}

boost::json::value body(const char* verdict, const char* es, const char* en, const char* more) {
    return boost::json::parse(
        std::string(R"({"type":"inspection","technician":"T-1042",)") +
        R"("started":"2026-11-26T10:42:00.000Z","finished":"2026-11-26T10:42:41.000Z",)" +
        R"("software":"obd-station 1.0","vehicle":{"vin":"1HGCM82633A004352","plate":"PTR-55-21",)" +
        R"("model_year":2013,"make":"Honda","model":"Accord","fuel":"gasoline",)" +
        R"("odometer":{"value":84211,"unit":"km"},"odometer_before":{"value":79903,"unit":"km"}},)" +
        R"("profile":{"id":"mx-nom-167-2017","variant":"","edition":"2026.1"},)" +
        R"x("snapshot":{"protocol":{"name":"ISO 15765-4 (CAN 11/500)"},"ecus":[]},)x" +
        R"("judgement":{"verdict":")" + verdict + R"(","word":{"es":")" + es + R"(","en":")" + en +
        R"("},)" + more + "}"
    );
}

constexpr const char* passed =
    R"("causes":[],"rules":[{"id":"R1","stage":"communication","outcome":"pass","decides":true,)"
    R"("confirmed":"x"},)"
    R"({"id":"R2","stage":"criteria","outcome":"pass","decides":true,"confirmed":"x",)"
    R"("value":{"obd.mil_commanded":false}},)"
    R"({"id":"R3","stage":"criteria","outcome":"pass","decides":true,"confirmed":"x",)"
    R"("value":{"obd.monitors.CAT":"complete"}}]},)"
    R"("certificate":{"vehicle":"plain","valid_until":"2027-05-26"},)"
    R"("facts":{"obd":{"confirmed":[],"km_since_clear":8214,"warmups_since_clear":143,)"
    R"("monitors":{"CAT":"complete","EVAP":"complete","O2S":"complete","MIS":"complete",)"
    R"("AIR":"unsupported"}}})";
constexpr const char* failed =
    R"("causes":[{"reason":"codes","es":"Códigos de falla confirmados: P0301, P0420",)"
    R"("en":"Confirmed trouble codes: P0301, P0420"}],)"
    R"("rules":[{"id":"MX-D1","stage":"criteria","outcome":"fail","decides":true,"reason":"codes",)"
    R"("clause":"NOM-167 4.1.2 Tabla 1",)"
    R"("text":{"es":"Sin códigos","en":"No codes"},"value":{"obd.confirmed":[]},)"
    R"("next":{"es":"Repare la falla y regrese.","en":"Repair the fault and come back."}},)"
    R"({"id":"MX-R1","stage":"criteria","outcome":"pass","decides":true,)"
    R"("value":{"obd.monitors.CAT":"complete"}}]},)"
    R"("facts":{"obd":{"confirmed":["P0301","P0420"],"pending":["P0455"],"permanent":["P0420"],)"
    R"("km_since_clear":90,"warmups_since_clear":4,)"
    R"("monitors":{"CAT":"complete","EVAP":"incomplete","O2S":"complete","EGR":null}}})";
constexpr const char* silent =
    R"("causes":[{"reason":"no_comm","es":"El vehículo no contesta","en":"The vehicle does not answer"}],)"
    R"("rules":[{"id":"R1","stage":"communication","outcome":"fail","decides":true,)"
    R"("reason":"no_comm","clause":"Art. 5","text":{"es":"","en":""}}]})";

Filed filed() {
    return {
        "ST-0123456789ab-17",
        std::string(64, 'a'),
        "Verificentro Los Pinos, Av. Central 120, Toluca",
        certificate(),
        1,
        "3",
        "722 555 0199",
        "Dirección de Verificación, 15 días"};
}

/// The worst page there can be: everything long, everything many.
Sheet crowded() {
    auto sheet = sheet_of(body("FAIL", "RECHAZADO", "REJECTED", failed), filed());
    for (int i = 0; i < 60; ++i) {
        sheet.why.push_back(
            {{"Una causa larga que explica con todas sus palabras lo que pasó número " +
                  std::to_string(i),
              "A long cause that explains with all its words what happened, number " +
                  std::to_string(i)},
             "NOM-167 4.1.2 Tabla 1"}
        );
        sheet.codes.push_back(
            {"P1" + std::to_string(100 + i),
             {"confirmado", "confirmed"},
             {"Un texto de código bastante largo", "A rather long text of a code"}}
        );
        sheet.next.push_back(
            {"Un consejo distinto " + std::to_string(i),
             "Another piece of advice " + std::to_string(i)}
        );
    }
    sheet.next.resize(6);
    sheet.station[0].value = std::string(300, 'W');
    sheet.copy = 3;
    return sheet;
}

struct Golden {
    const char* name;
    Sheet sheet;
    Paper paper;
    Languages languages;
};

std::vector<Golden> pages() {
    return {
        {"passed-es-letter", sheet_of(body("PASS", "APROBADO", "PASSED", passed), filed()),
         Paper::letter, Languages::spanish},
        {"failed-both-a4", sheet_of(body("FAIL", "RECHAZADO", "REJECTED", failed), filed()),
         Paper::a4, Languages::both},
        {"silent-en-letter",
         sheet_of(body("NO_COMM", "SIN CONEXIÓN", "NO CONNECTION", silent), filed()), Paper::letter,
         Languages::english},
        {"crowded-both-letter", crowded(), Paper::letter, Languages::both},
    };
}

/// Compared as pictures. GOLDEN=write stores them anew; then they are looked at.
TEST(Report, LooksAsItDid) {
    if (!has("pdftoppm") || !has("compare")) {
        GTEST_SKIP() << "pdftoppm or ImageMagick is not installed";
    }
    const tests::Folder folder;
    const std::string golden = std::string(SOURCE_ROOT) + "/tests/report/golden/";
    for (const auto& page : pages()) {
        const auto file = folder.path() / page.name;
        const auto written =
            write_pdf(page.sheet, page.paper, page.languages, file.string() + ".pdf");
        ASSERT_TRUE(written.has_value()) << written.error().detail;
        ASSERT_EQ(
            run("pdftoppm -r 50 -png -singlefile " + file.string() + ".pdf " + file.string()).code,
            0
        );
        if (std::getenv("GOLDEN") != nullptr) {
            ASSERT_EQ(run("cp " + file.string() + ".png " + golden).code, 0);
            continue;
        }
        const auto compared =
            run("compare -metric RMSE " + file.string() + ".png " + golden + page.name +
                ".png null:");
        const auto from = compared.said.find('(');
        ASSERT_NE(from, std::string::npos) << compared.said;
        EXPECT_LT(std::atof(compared.said.c_str() + from + 1), 0.01)
            << page.name << ": " << compared.said;
    }
}

TEST(Report, IsOnePageOfArchivalPdfWithItsLettersInside) {
    if (!has("pdfinfo")) {
        GTEST_SKIP() << "poppler is not installed";
    }
    const tests::Folder folder;
    for (const auto& page : pages()) {
        const auto file = (folder.path() / "page.pdf").string();
        ASSERT_TRUE(write_pdf(page.sheet, page.paper, page.languages, file).has_value());
        const auto info = run("pdfinfo " + file).said;
        EXPECT_NE(info.find("Pages:           1"), info.npos) << page.name << info;
        EXPECT_NE(info.find(page.paper == Paper::a4 ? "A4" : "letter"), info.npos) << info;
        const auto fonts = run("pdffonts " + file).said;
        EXPECT_NE(fonts.find("DejaVuSans"), fonts.npos) << fonts;
        EXPECT_EQ(fonts.find(" no  no "), fonts.npos) << "a font is not embedded\n" << fonts;
        // What PDF/A-1b asks for and forbids (ISO 19005-1, 6.1 to 6.4 and 6.7), as Qt writes it.
        for (const auto* part : {"pdfaid:part", "/GTS_PDFA1", "/DestOutputProfile", "/ID"}) {
            EXPECT_EQ(run(std::string("grep -ac ") + part + " " + file).code, 0) << part;
        }
        for (const auto* part :
             {"/Encrypt", "'/SMask [0-9]'", "'/CA 0'", "'/ca 0'", "/JavaScript", "/LZW"}) {
            EXPECT_NE(run(std::string("grep -ac ") + part + " " + file).code, 0) << part;
        }
    }
}

TEST(Report, SaysInWordsWhatTheRecordSays) {
    const tests::Folder folder;
    const auto file = (folder.path() / "page.pdf").string();
    ASSERT_TRUE(write_pdf(pages()[1].sheet, Paper::a4, Languages::both, file).has_value());
    const auto text = run("pdftotext -layout " + file + " -").said;
    for (const auto* part :
         {"RECHAZADO / REJECTED", "P0301", "Cilindro 1", "NOM-167 4.1.2", "Repare la falla",
          "Repair the fault", "1HGCM82633A004352", "PTR-55-21", "ST-0123456789ab-17", "90 km",
          "no listo", "no se sabe", "Taller", "84 211 km (79 903 km)", "722 555 0199",
          "Si no está de acuerdo", "If you", "antes"}) {
        EXPECT_NE(text.find(part), text.npos) << part << "\n" << text;
    }
    ASSERT_TRUE(write_pdf(crowded(), Paper::letter, Languages::spanish, file).has_value());
    const auto cut = run("pdftotext -layout " + file + " -").said;
    EXPECT_NE(cut.find("más, en el expediente"), cut.npos) << "what was cut is said";
    EXPECT_NE(cut.find("REIMPRESIÓN 3"), cut.npos);
}

TEST(Report, RefusesWhatCannotBeWrittenAndCodesThatDoNotFit) {
    const auto sheet = pages()[0].sheet;
    EXPECT_EQ(
        write_pdf(sheet, Paper::letter, Languages::spanish, "/nowhere/page.pdf").error().fault,
        Fault::store_read_only
    );
    const tests::Folder folder;
    const auto file = folder.path() / "qr.png";
    EXPECT_EQ(write_qr(std::string(3000, 'A'), 4, file).error().fault, Fault::malformed);
    ASSERT_TRUE(write_qr(certificate(), 4, file).has_value());
    EXPECT_EQ(read_qr(file).value(), certificate());
    EXPECT_EQ(read_qr(folder.path() / "none.png").error().fault, Fault::malformed);
    EXPECT_EQ(read_qr("/etc/hostname").error().fault, Fault::malformed);
}

}  // namespace
}  // namespace station::report
