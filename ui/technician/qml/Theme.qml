pragma Singleton
import QtQuick

QtObject {
    readonly property color page: "#f4f6f8"
    readonly property color card: "#ffffff"
    readonly property color ink: "#111827"
    readonly property color quiet: "#4b5563"
    readonly property color line: "#6b7280"
    readonly property color soft: "#e5e7eb"
    readonly property color accent: "#0b4f9e"
    readonly property color pass: "#0b5fa5"
    readonly property color fail: "#b42318"
    readonly property color warn: "#ffc53d"
    readonly property color warnInk: "#111111"
    property bool compact: false  // a low screen
    readonly property int target: compact ? 56 : 72
    readonly property int primary: compact ? 64 : 84
    readonly property int field: compact ? 52 : 64
    readonly property int gap: compact ? 16 : 24
    readonly property int title: compact ? 26 : 34
    readonly property int body: 22
    readonly property int small: 18
}
