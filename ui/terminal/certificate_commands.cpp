#include "station/app/naming.hpp"
#include "station/certificate/certificate.hpp"
#include "station/files/whole_file.hpp"
#include "station/records/key_file.hpp"
#include "station/records/store.hpp"
#include "station/seal/document.hpp"
#include "ui/certificate_page/page.hpp"
#include "ui/terminal/arguments.hpp"
#include "ui/terminal/commands.hpp"
#include "ui/terminal/paper.hpp"

#include <boost/json/serialize.hpp>

#include <iostream>

namespace ui::terminal {
namespace {

namespace certificate = station::certificate;
namespace json = boost::json;
using protocols::Failure;
using protocols::Fault;
using station::report::Language;

/// A certificate is named or its picture is: the text begins with its mark.
std::string text_of(const std::string& given) {
    if (given.starts_with("OBDC1:")) {
        return given;
    }
    if (given.ends_with(".txt")) {
        auto text = file_text(given);
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
            text.pop_back();
        }
        return text;
    }
    return value_or_stop(paper::read_qr(given));
}

std::vector<station::seal::PublicKey> trusted_by(const Arguments& arguments) {
    std::vector<station::seal::PublicKey> keys;
    for (const auto& hex : arguments.all("--trust")) {
        station::seal::PublicKey key{};
        if (!station::seal::from_hex(hex, key)) {
            throw UsageError("--trust needs the programme's public key: 64 hex digits");
        }
        keys.push_back(key);
    }
    if (keys.empty()) {
        throw UsageError("--trust is needed: the programme's public key, 64 hex digits");
    }
    return keys;
}

std::string payload_of(
    const std::string& path,
    std::string_view kind,
    const std::vector<station::seal::PublicKey>& trusted
) {
    auto document = station::seal::open_document(file_text(path), kind, trusted);
    if (document.has_error()) {
        throw Stopped({document.error().fault, path + ": " + document.error().detail});
    }
    return std::move(document.value().payload);
}

json::value time_or_null(const std::optional<std::int64_t>& seconds) {
    constexpr std::int64_t ms_per_s = 1000;
    return seconds ? json::value(station::clock::iso_time(*seconds * ms_per_s)) : json::value();
}

json::object shown(const certificate::Certificate& one) {
    const auto name = [](const certificate::Name& it) {
        return it.digest.empty() ? json::value(it.text) : json::value();
    };
    return {
        {"number", one.number},
        {"verdict", one.verdict},
        {"programme", one.programme},
        {"vin", name(one.vin)},
        {"plate", name(one.plate)},
        {"hidden", !one.vin.digest.empty() || !one.plate.digest.empty()},
        {"made", time_or_null(one.made_s)},
        {"earliest", time_or_null(one.earliest_s)},
        {"latest", time_or_null(one.latest_s)},
        {"valid_until", one.valid_until.empty() ? json::value() : json::value(one.valid_until)},
    };
}

int show(const Arguments& arguments) {
    auto store = value_or_stop(station::records::Store::open(arguments.need("--station")));
    const auto record = record_named(arguments, store);
    const auto made = value_or_stop(certificate::of_record(store.station(), record));
    const auto text = value_or_stop(certificate::issue(made, store.signer()));
    if (arguments.has("--png")) {
        constexpr int dots = 8;
        paper::write_qr(text, dots, arguments.get("--png"));
    }
    auto out = shown(made);
    out["text"] = text;
    std::cout << json::serialize(out) << "\n";
    return exit_ok;
}

int sign_list(const Arguments& arguments) {
    if (arguments.words().size() != 2) {
        throw UsageError("certificate list needs a FILE, --kind keys|revoked, --key and --out");
    }
    const auto kind = arguments.need("--kind");
    const auto payload = file_text(arguments.words()[1]);
    if (kind == "keys") {
        (void)value_or_stop(certificate::read_keys(payload));
    } else if (kind == "revoked") {
        (void)value_or_stop(certificate::read_revoked(payload));
    } else {
        throw UsageError("--kind must be keys or revoked");
    }
    const auto key = value_or_stop(station::records::read_key(arguments.need("--key")));
    if (!key) {
        throw UsageError(arguments.get("--key") + " does not exist");
    }
    constexpr ::mode_t for_all = 0644;
    const auto written = station::files::write_whole(
        std::filesystem::absolute(arguments.need("--out")),
        station::seal::make_document(kind, payload, {*key}), for_all
    );
    if (written.has_error()) {
        throw Stopped(written.error());
    }
    std::cout << json::serialize(json::object{
                     {"file", arguments.get("--out")},
                     {"kind", kind},
                     {"trust", station::seal::hex(key->public_key)}})
              << "\n";
    return exit_ok;
}

int verify_one(const Arguments& arguments, bool spanish) {
    if (arguments.words().size() != 2) {
        throw UsageError("certificate verify needs a picture, a .txt file or the text OBDC1:…");
    }
    const auto trusted = trusted_by(arguments);
    const auto keys =
        value_or_stop(certificate::read_keys(payload_of(arguments.need("--keys"), "keys", trusted))
        );
    certificate::Revoked revoked;
    if (arguments.has("--revoked")) {
        revoked = value_or_stop(
            certificate::read_revoked(payload_of(arguments.get("--revoked"), "revoked", trusted))
        );
    }
    const auto today = station::app::utc_now().substr(0, 10);
    const auto checked = certificate::check(
        text_of(arguments.words()[1]),
        {keys, revoked, today, arguments.get("--vin"), arguments.get("--plate")}
    );
    if (today > keys.expires) {
        std::cerr << (spanish ? "Aviso: la lista de claves venció el "
                              : "Note: the list of keys expired on ")
                  << keys.expires << "\n";
    }
    const auto words = certificate::words(checked.state);
    std::cerr << (spanish ? words.es : words.en) << "\n";
    if (checked.certificate && checked.certificate->verdict != "PASS") {
        std::cerr << (spanish ? "OJO: el vehículo no aprobó (" : "NOTE: the vehicle did not pass (")
                  << checked.certificate->verdict << ")\n";
    }
    json::object out{
        {"state", certificate::id(checked.state)},
        {"station", checked.station},
        {"reason", checked.reason},
        {"certificate", nullptr},
    };
    if (checked.certificate) {
        out["certificate"] = shown(*checked.certificate);
    }
    std::cout << json::serialize(out) << "\n";
    return checked.state == certificate::State::valid ? exit_ok : exit_not_genuine;
}

int make_page(const Arguments& arguments) {
    const auto trusted = trusted_by(arguments);
    const auto keys = arguments.has("--keys") ? file_text(arguments.get("--keys")) : std::string();
    const auto revoked =
        arguments.has("--revoked") ? file_text(arguments.get("--revoked")) : std::string();
    if (!keys.empty()) {
        (void)payload_of(arguments.get("--keys"), "keys", trusted);
    }
    if (!revoked.empty()) {
        (void)payload_of(arguments.get("--revoked"), "revoked", trusted);
    }
    constexpr ::mode_t for_all = 0644;
    const auto written = station::files::write_whole(
        std::filesystem::absolute(arguments.need("--out")),
        certificate_page::page({arguments.all("--trust"), keys, revoked}), for_all
    );
    if (written.has_error()) {
        throw Stopped(written.error());
    }
    std::cout << json::serialize(json::object{{"file", arguments.get("--out")}}) << "\n";
    return exit_ok;
}

}  // namespace

int certificates(int argc, char** argv) {
    const Arguments arguments(
        argc, argv, 2,
        {"--station", "--sequence", "--png", "--kind", "--key", "--out", "--keys", "--revoked",
         "--trust", "--vin", "--plate", "--lang"},
        {}
    );
    const auto what = arguments.words().empty() ? std::string() : arguments.words()[0];
    if (what == "show") {
        return show(arguments);
    }
    if (what == "list") {
        return sign_list(arguments);
    }
    if (what == "verify") {
        return verify_one(arguments, language(arguments.get("--lang")) == Language::spanish);
    }
    if (what == "page") {
        return make_page(arguments);
    }
    throw UsageError("certificate needs show, list, verify or page");
}

}  // namespace ui::terminal
