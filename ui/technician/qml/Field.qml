import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

ColumnLayout {
    id: field
    property string title
    property string value
    property alias validator: input.validator
    property alias inputMethodHints: input.inputMethodHints
    property alias maximumLength: input.maximumLength
    property alias input: input
    property bool mono: false
    signal edited(string text)
    spacing: 4

    AppText { text: field.title; font.pixelSize: Theme.small; color: Theme.quiet }
    TextField {
        id: input
        Layout.fillWidth: true
        implicitHeight: Theme.field
        leftPadding: 16
        font.pixelSize: field.mono ? 28 : 24
        font.family: field.mono ? "DejaVu Sans Mono" : font.family
        font.capitalization: Font.AllUppercase
        text: field.value
        onTextEdited: field.edited(text)
        selectByMouse: true
        Accessible.role: Accessible.EditableText
        Accessible.name: field.title
        background: Rectangle {
            radius: 10
            color: Theme.card
            border.width: input.activeFocus ? 4 : 2
            border.color: input.activeFocus ? Theme.accent : Theme.line
        }
    }
}
