import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

ColumnLayout {
    id: page
    spacing: 16

    function focusFirst() { start.forceActiveFocus(); }

    AppText { text: Words.say("connect_title"); font.pixelSize: Theme.title; font.bold: true }
    Notice {
        visible: presenter.error.code !== undefined
        text: Words.pick(presenter.error)
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
                readonly property bool crowded: Theme.compact || presenter.error.code !== undefined
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
                    number: "3"
                    words: Words.say("lamp_key_on")
                    answer: presenter.lampKeyOn
                    onAnswered: answer => presenter.lampKeyOn = answer
                    Layout.fillWidth: true
                }
                RowLayout {
                    spacing: 16
                    Layout.minimumHeight: steps.rowHeight
                    AppText { text: "4"; font.bold: true; font.pixelSize: 26; Layout.preferredWidth: 36 }
                    AppText { text: Words.say("connect_4"); Layout.fillWidth: true }
                }
                Question {
                    number: "5"
                    words: Words.say("lamp_running")
                    answer: presenter.lampRunning
                    onAnswered: answer => presenter.lampRunning = answer
                    Layout.fillWidth: true
                }
            }
        }
    }
    RowLayout {
        BigButton { text: Words.say("back"); onClicked: presenter.back() }
        Item { Layout.fillWidth: true }
        BigButton {
            id: start
            text: Words.say(presenter.error.code === undefined ? "start_reading" : "try_again")
            primary: true
            implicitWidth: 320
            implicitHeight: Theme.primary
            onClicked: presenter.next()
        }
    }
}
