import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

// The programme's visual checklist: one row an item, every answer by a word and a sign.
ColumnLayout {
    id: page
    spacing: 16
    // A whole checklist of eight is seen without scrolling where the window has its usual height.
    readonly property int rowHeight: 50
    readonly property int rowGap: 3

    function focusFirst() { (presenter.visualComplete ? next : good).forceActiveFocus(); }

    RowLayout {
        spacing: 16
        AppText { text: Words.say("check_title"); font.pixelSize: Theme.title; font.bold: true; Layout.fillWidth: true }
        BigButton { id: good; text: "✓ " + Words.say("all_good"); implicitWidth: 280; onClicked: { presenter.allGood(); next.forceActiveFocus(); } }
    }
    Notice {
        visible: presenter.refused.es !== undefined
        text: Words.pick(presenter.refused)
        Layout.fillWidth: true
    }
    Rectangle {
        Layout.fillWidth: true
        Layout.fillHeight: true
        color: Theme.card
        radius: 12
        border.color: Theme.soft
        Flickable {
            anchors.fill: parent
            anchors.leftMargin: Theme.gap
            anchors.rightMargin: Theme.gap
            anchors.topMargin: 10
            anchors.bottomMargin: 10
            contentHeight: rows.implicitHeight
            clip: true
            ScrollBar.vertical: ScrollBar {}
            ColumnLayout {
                id: rows
                width: parent.width - 12
                spacing: page.rowGap
                Repeater {
                    model: presenter.checklist
                    delegate: RowLayout {
                        id: row
                        required property var modelData
                        readonly property string answer: presenter.visual[modelData.id] || ""
                        spacing: 12
                        AppText { text: Words.pick(row.modelData); wrapMode: Text.NoWrap; elide: Text.ElideRight; Layout.fillWidth: true }
                        Repeater {
                            model: row.modelData.mayBeAbsent ? ["not_applicable", "pass", "fail"] : ["pass", "fail"]
                            delegate: BigButton {
                                required property string modelData
                                text: ({ pass: "✓ ", fail: "✕ ", not_applicable: "– " })[modelData] + Words.say("seen_" + modelData)
                                implicitWidth: 170
                                implicitHeight: page.rowHeight
                                chosen: row.answer === modelData
                                Accessible.name: Words.pick(row.modelData) + ": " + Words.say("seen_" + modelData)
                                onClicked: presenter.look(row.modelData.id, modelData)
                            }
                        }
                    }
                }
                RowLayout {
                    spacing: 12
                    AppText { text: Words.say("connector"); wrapMode: Text.NoWrap; elide: Text.ElideRight; Layout.fillWidth: true }
                    Repeater {
                        model: ["intermediate_device", "ok", "missing"]
                        delegate: BigButton {
                            required property string modelData
                            text: Words.say("connector_" + modelData)
                            implicitWidth: modelData === "intermediate_device" ? 240 : 170
                            implicitHeight: page.rowHeight
                            chosen: presenter.connector === modelData
                            Accessible.name: Words.say("connector") + ": " + text
                            onClicked: presenter.connector = modelData
                        }
                    }
                }
            }
        }
    }
    RowLayout {
        BigButton { text: Words.say("back"); onClicked: presenter.back() }
        Item { Layout.fillWidth: true }
        BigButton {
            id: next
            text: Words.say("next")
            primary: true
            implicitWidth: 320
            implicitHeight: Theme.primary
            enabled: presenter.visualComplete
            onClicked: presenter.next()
        }
    }
}
