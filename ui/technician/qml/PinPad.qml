import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

// A secret of digits or letters: shown as dots, typed by touch or by keys.
ColumnLayout {
    id: pad
    property alias text: input.text
    property alias input: input
    property string title
    signal entered()
    spacing: 8

    AppText { text: pad.title; font.pixelSize: Theme.small; color: Theme.quiet }
    TextField {
        id: input
        Layout.fillWidth: true
        implicitHeight: Theme.field
        leftPadding: 16
        font.pixelSize: 28
        echoMode: TextInput.Password
        passwordMaskDelay: 0
        maximumLength: 64
        Accessible.role: Accessible.EditableText
        Accessible.name: pad.title
        Keys.onReturnPressed: pad.entered()
        Keys.onEnterPressed: pad.entered()
        background: Rectangle {
            radius: 10
            color: Theme.card
            border.width: input.activeFocus ? 4 : 2
            border.color: input.activeFocus ? Theme.accent : Theme.line
        }
    }
    GridLayout {
        columns: 3
        columnSpacing: 8
        rowSpacing: 8
        Layout.fillWidth: true
        Repeater {
            model: ["1", "2", "3", "4", "5", "6", "7", "8", "9", "⌫", "0"]
            delegate: BigButton {
                required property string modelData
                text: modelData
                focusPolicy: Qt.NoFocus
                implicitWidth: 96
                implicitHeight: Theme.compact ? 52 : 68
                Layout.fillWidth: true
                Accessible.name: modelData === "⌫" ? Words.say("erase") : modelData
                onClicked: input.text = modelData === "⌫" ? input.text.slice(0, -1) : input.text + modelData
            }
        }
        BigButton {
            text: "✓"
            primary: true
            focusPolicy: Qt.NoFocus
            implicitWidth: 96
            implicitHeight: Theme.compact ? 52 : 68
            Layout.fillWidth: true
            Accessible.name: Words.say("sign_in")
            onClicked: pad.entered()
        }
    }
}
