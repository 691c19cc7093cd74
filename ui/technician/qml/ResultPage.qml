import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

ColumnLayout {
    id: page
    spacing: 16
    property bool detailed: false
    readonly property var result: presenter.result
    readonly property string verdict: result.verdict || ""
    readonly property bool good: verdict === "PASS"
    readonly property bool bad: verdict === "FAIL"
    readonly property int hatch: 72

    readonly property bool open: presenter.state === "judged"

    function focusFirst() { nextVehicle.forceActiveFocus(); }

    CloseDialog { id: closing }

    Rectangle {
        Layout.fillWidth: true
        implicitHeight: bandRow.implicitHeight + (Theme.compact ? 16 : 40)
        radius: 12
        color: page.good ? Theme.pass : page.bad ? Theme.fail : Theme.warn
        // Hatching: "could not test" differs from pass and fail without colour. Beside the words,
        // not behind them.
        Canvas {
            anchors.top: parent.top
            anchors.bottom: parent.bottom
            anchors.left: parent.left
            anchors.margins: 12
            width: page.hatch
            visible: !page.good && !page.bad
            onPaint: {
                const pen = getContext("2d");
                pen.lineWidth = 10;
                pen.strokeStyle = Theme.warnInk;
                for (let x = -height; x < width; x += 28) {
                    pen.beginPath();
                    pen.moveTo(x, height);
                    pen.lineTo(x + height, 0);
                    pen.stroke();
                }
            }
        }
        RowLayout {
            id: bandRow
            anchors.left: parent.left
            anchors.right: parent.right
            anchors.verticalCenter: parent.verticalCenter
            anchors.margins: 28
            anchors.leftMargin: page.good || page.bad ? 28 : page.hatch + 32
            spacing: 24
            AppText {
                text: page.good ? "✓" : page.bad ? "✕" : "!"
                font.pixelSize: Theme.compact ? 48 : 72
                font.bold: true
                color: page.good || page.bad ? "#ffffff" : Theme.warnInk
            }
            AppText {
                text: Words.pick(page.result.word)
                font.pixelSize: (text.length > 16 ? 40 : 68) * (Theme.compact ? 0.7 : 1)
                font.bold: true
                color: page.good || page.bad ? "#ffffff" : Theme.warnInk
                Layout.fillWidth: true
                Accessible.role: Accessible.AlertMessage
            }
            ColumnLayout {
                spacing: 2
                AppText {
                    text: [presenter.plate, presenter.vin].filter(Boolean).join(" · ")
                    font.pixelSize: 20
                    color: page.good || page.bad ? "#ffffff" : Theme.warnInk
                    Layout.alignment: Qt.AlignRight
                }
                AppText {
                    text: page.open ? Words.say("unconfirmed")
                        : Words.say("record").arg(page.result.sequence || "").arg(page.result.seconds || 0)
                    font.pixelSize: 20
                    color: page.good || page.bad ? "#ffffff" : Theme.warnInk
                    Layout.alignment: Qt.AlignRight
                }
            }
        }
    }
    Flickable {
        Layout.fillWidth: true
        Layout.fillHeight: true
        contentHeight: (page.detailed ? details : summary).implicitHeight
        clip: true
        ScrollBar.vertical: ScrollBar {}
        ColumnLayout {
            id: summary
            visible: !page.detailed
            width: parent.width
            spacing: 12
            Notice {
                visible: presenter.error.code !== undefined
                text: Words.pick(presenter.error)
                Layout.fillWidth: true
            }
            Notice {
                visible: presenter.refused.es !== undefined
                text: Words.pick(presenter.refused)
                Layout.fillWidth: true
            }
            Notice {
                visible: !page.open && (presenter.paper.es || "") !== "" && presenter.paper.well === false
                text: Words.pick(presenter.paper)
                Layout.fillWidth: true
            }
            AppText {
                visible: !page.open && (presenter.paper.es || "") !== "" && presenter.paper.well === true
                text: "✓ " + Words.pick(presenter.paper)
                font.bold: true
                Layout.fillWidth: true
            }
            RowLayout {
                visible: !page.open && page.good && (presenter.paper.kind || "") !== "" && (presenter.paper.issued || "") === ""
                spacing: 16
                Layout.fillWidth: true
                Field {
                    id: serial
                    title: Words.say("serial").arg(presenter.paper.kind || "")
                    maximumLength: 40
                    mono: true
                    value: presenter.paper.next || ""
                    onEdited: text => serial.value = text
                    Layout.fillWidth: true
                }
                BigButton {
                    text: Words.say("issue_serial")
                    implicitHeight: Theme.field
                    Layout.alignment: Qt.AlignBottom
                    onClicked: presenter.issue(serial.value)
                }
            }
            AppText {
                visible: presenter.relation !== ""
                text: Words.say("relation_" + presenter.relation)
                color: Theme.quiet
                font.pixelSize: 20
                Layout.fillWidth: true
            }
            AppText {
                visible: page.good
                text: Words.say("no_causes")
                Layout.fillWidth: true
            }
            Repeater {
                model: page.result.causes || []
                delegate: AppText {
                    required property var modelData
                    text: "• " + Words.pick(modelData)
                    font.pixelSize: 26
                    font.bold: true
                    Layout.fillWidth: true
                }
            }
            Repeater {
                model: page.result.nextSteps || []
                delegate: AppText {
                    required property var modelData
                    text: Words.say("next_step").arg(Words.pick(modelData))
                    Layout.fillWidth: true
                }
            }
            AppText {
                visible: (page.result.codes || []).length > 0
                text: Words.say("codes")
                font.bold: true
            }
            Repeater {
                model: page.result.codes || []
                delegate: AppText {
                    required property var modelData
                    text: modelData.code + "  " + Words.pick(modelData)
                        + " — " + modelData.kinds.map(kind => Words.say("code_" + kind)).join(", ") + ", " + modelData.ecu
                    font.pixelSize: Theme.small
                    Layout.fillWidth: true
                }
            }
            AppText {
                visible: (page.result.vinRead || "") !== ""
                text: Words.say("vin_read").arg(page.result.vinRead || "")
                color: Theme.quiet
                font.pixelSize: 20
            }
            AppText {
                visible: (page.result.monitors || []).length > 0
                text: Words.say("monitors")
                font.bold: true
            }
            Flow {
                Layout.fillWidth: true
                spacing: 10
                Repeater {
                    model: page.result.monitors || []
                    delegate: Rectangle {
                        id: tile
                        required property var modelData
                        readonly property bool ready: modelData.state === "complete"
                        readonly property bool unknown: modelData.state === "unknown"
                        width: tileText.implicitWidth + 32
                        height: 52
                        radius: 8
                        color: ready || unknown ? Theme.card : Theme.warn
                        border.width: 2
                        border.color: ready || unknown ? Theme.line : Theme.warnInk
                        AppText {
                            id: tileText
                            anchors.centerIn: parent
                            wrapMode: Text.NoWrap
                            text: (tile.ready ? "✓ " : tile.unknown ? "? " : "◔ ") + Words.say("monitor_" + tile.modelData.code) + ": " + Words.say(tile.modelData.state)
                            font.pixelSize: 20
                        }
                    }
                }
            }
        }
        ColumnLayout {
            id: details
            visible: page.detailed
            width: parent.width - 20
            spacing: 8
            AppText {
                visible: (page.result.findings || []).length > 0
                text: Words.say("findings")
                font.bold: true
            }
            Repeater {
                model: page.result.findings || []
                delegate: AppText {
                    required property var modelData
                    text: "• " + Words.pick(modelData) + (modelData.detail === "" ? "" : " " + modelData.detail)
                    font.pixelSize: Theme.small
                    Layout.fillWidth: true
                }
            }
            Repeater {
                model: page.result.rules || []
                delegate: RowLayout {
                    id: rule
                    required property var modelData
                    Layout.fillWidth: true
                    spacing: 16
                    AppText { text: rule.modelData.id; font.bold: true; font.pixelSize: Theme.small; Layout.preferredWidth: 100 }
                    AppText {
                        text: Words.pick(rule.modelData) + (rule.modelData.clause === "—" ? "" : " — " + rule.modelData.clause)
                            + (rule.modelData.sure ? "" : " · " + Words.say("verified_" + rule.modelData.verified))
                        font.pixelSize: Theme.small
                        Layout.fillWidth: true
                    }
                    AppText {
                        text: ({ pass: "✓ ", fail: "✕ " }[rule.modelData.outcome] || "– ")
                            + Words.say("rule_" + rule.modelData.outcome)
                            + (rule.modelData.decides ? "" : " (" + Words.say("recorded") + ")")
                        font.pixelSize: Theme.small
                        font.bold: rule.modelData.outcome === "fail" && rule.modelData.decides
                        color: rule.modelData.outcome === "fail" && rule.modelData.decides ? Theme.fail : Theme.ink
                        Layout.preferredWidth: 240
                    }
                }
            }
        }
    }
    RowLayout {
        BigButton {
            text: Words.say(page.detailed ? "summary" : "why")
            onClicked: page.detailed = !page.detailed
        }
        BigButton { visible: !page.open; text: Words.say("print"); onClicked: presenter.printReport() }
        BigButton { visible: page.open; text: Words.say("close_inspection"); onClicked: closing.open() }
        BigButton { visible: page.open && page.verdict === "INVALID"; text: Words.say("try_again"); onClicked: presenter.again() }
        Item { Layout.fillWidth: true }
        BigButton {
            id: nextVehicle
            text: Words.say(page.open ? "confirm" : "next_vehicle")
            primary: true
            implicitWidth: 340
            implicitHeight: Theme.primary
            onClicked: { page.detailed = false; presenter.next(); }
        }
    }
}
