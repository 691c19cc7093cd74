import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

ColumnLayout {
    id: page
    spacing: 16

    readonly property bool engineOff: presenter.state === "engine_off"
    readonly property bool noticed: presenter.error.code !== undefined || presenter.refused.es !== undefined || engineOff

    function focusFirst() { start.forceActiveFocus(); }
    /// The steps are numbered without those the programme does not ask for.
    function number(last) { return String(presenter.asksKeyOn ? last : last - 1); }

    CloseDialog { id: closing; connecting: true }

    AppText { text: Words.say("connect_title"); font.pixelSize: Theme.title; font.bold: true }
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
        visible: page.engineOff
        text: Words.say(presenter.stalled ? "engine_stalled" : "engine_off")
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
            anchors.margins: Theme.gap
            contentHeight: steps.implicitHeight
            clip: true
            ScrollBar.vertical: ScrollBar {}
            ColumnLayout {
                id: steps
                width: parent.width
                readonly property bool crowded: Theme.compact || page.noticed
                readonly property int rowHeight: crowded ? 44 : Theme.target
                spacing: crowded ? 4 : 10
                RowLayout {
                    spacing: 16
                    Layout.minimumHeight: steps.rowHeight
                    AppText { text: "1"; font.bold: true; font.pixelSize: 26; Layout.preferredWidth: 36 }
                    AppText { text: Words.say("connect_1"); Layout.fillWidth: true }
                    AppText {
                        text: presenter.adapter
                        color: Theme.quiet
                        font.pixelSize: Theme.small
                        elide: Text.ElideMiddle
                        wrapMode: Text.NoWrap
                        Layout.maximumWidth: 420
                    }
                }
                RowLayout {
                    spacing: 16
                    Layout.minimumHeight: steps.rowHeight
                    AppText { text: "2"; font.bold: true; font.pixelSize: 26; Layout.preferredWidth: 36 }
                    AppText { text: Words.say("connect_2"); Layout.fillWidth: true }
                }
                Question {
                    visible: presenter.asksKeyOn
                    number: "3"
                    words: Words.say("lamp_key_on")
                    answer: presenter.lampKeyOn
                    onAnswered: answer => presenter.lampKeyOn = answer
                    Layout.fillWidth: true
                }
                RowLayout {
                    spacing: 16
                    Layout.minimumHeight: steps.rowHeight
                    AppText { text: page.number(4); font.bold: true; font.pixelSize: 26; Layout.preferredWidth: 36 }
                    AppText { text: Words.say("connect_4"); Layout.fillWidth: true }
                }
                Question {
                    visible: presenter.asksRunning
                    number: page.number(5)
                    words: Words.say("lamp_running")
                    answer: presenter.lampRunning
                    onAnswered: answer => presenter.lampRunning = answer
                    Layout.fillWidth: true
                }
            }
        }
    }
    RowLayout {
        spacing: 16
        BigButton { visible: !page.engineOff; text: Words.say("back"); onClicked: presenter.back() }
        BigButton { text: Words.say("close_inspection"); onClicked: closing.open() }
        BigButton { visible: page.engineOff; text: Words.say("go_on"); onClicked: presenter.goOn() }
        Item { Layout.fillWidth: true }
        BigButton {
            id: start
            text: Words.say(page.engineOff || presenter.error.code !== undefined ? "try_again" : "start_reading")
            primary: true
            implicitWidth: 320
            implicitHeight: Theme.primary
            onClicked: presenter.next()
        }
    }
}
