#pragma once

#include "station/report/text.hpp"

#include <boost/json/value.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace station::report {

using criteria::BothLanguages;

/// What the printed page says, in both languages, before anybody draws it.
struct Sheet {
    struct Line {
        BothLanguages label;
        std::string value;
    };
    enum class Mark { pass, fail, none };
    struct Part {
        BothLanguages name;
        Mark mark = Mark::none;
    };
    struct Why {
        BothLanguages text;
        std::string clause;
    };
    struct Code {
        std::string code;
        BothLanguages kinds;
        BothLanguages words;
    };
    struct Monitor {
        BothLanguages name;
        std::string state;  ///< complete, incomplete, unknown.
    };

    Mark verdict = Mark::none;
    BothLanguages word;
    std::vector<Line> station;
    std::vector<Line> vehicle;
    std::vector<Part> parts;
    std::vector<Why> why;
    std::vector<Code> codes;
    std::vector<Monitor> monitors;
    std::vector<Line> since_clear;
    std::vector<BothLanguages> next;
    BothLanguages unconfirmed;  ///< Rules whose source nobody has confirmed; empty for none.
    bool repair_form = false;
    std::string hash;         ///< The record's, short.
    std::string certificate;  ///< Text of the QR code; empty: none.
    int copy = 1;             ///< From 2: printed again.
};

/// What a record is beside its body.
struct Filed {
    std::string number;  ///< Station and sequence.
    std::string hash;    ///< Hex.
    std::string site;    ///< Name and address of the station, as set there.
    std::string certificate;
    int copy = 1;
    std::string bay{};
    std::string phone{};
    std::string appeal{};
};
[[nodiscard]] Sheet sheet_of(
    const boost::json::value& body, const Filed& filed, const CodeTexts& texts = {}
);

}  // namespace station::report
