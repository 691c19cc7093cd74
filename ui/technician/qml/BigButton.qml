import QtQuick
import Station
import QtQuick.Controls.Basic

Button {
    id: button
    property bool primary: false
    property bool chosen: false
    property int lines: 1
    implicitHeight: Theme.target
    implicitWidth: Math.max(160, label.implicitWidth + 56)
    verticalPadding: lines > 1 ? 2 : 6
    font.pixelSize: Theme.body
    font.bold: primary || chosen
    Accessible.role: Accessible.Button
    Accessible.name: text
    Accessible.onPressAction: if (enabled) clicked()
    contentItem: Text {
        id: label
        text: button.text
        font: button.font
        color: !button.enabled ? Theme.quiet : button.primary || button.chosen ? "#ffffff" : Theme.ink
        horizontalAlignment: Text.AlignHCenter
        verticalAlignment: Text.AlignVCenter
        elide: Text.ElideRight
        wrapMode: button.lines > 1 ? Text.Wrap : Text.NoWrap
        maximumLineCount: button.lines
    }
    background: Rectangle {
        radius: 10
        color: !button.enabled ? Theme.soft
            : button.primary || button.chosen ? (button.down ? Theme.ink : Theme.accent)
            : (button.down ? Theme.soft : Theme.card)
        border.width: button.primary || button.chosen ? 0 : 2
        border.color: Theme.line
        Rectangle {
            anchors.fill: parent
            anchors.margins: -6
            radius: 16
            color: "transparent"
            border.width: 3
            border.color: Theme.ink
            visible: button.visualFocus
            Rectangle {
                anchors.fill: parent
                anchors.margins: 3
                radius: 13
                color: "transparent"
                border.width: 3
                border.color: "#f59e0b"
            }
        }
    }
}
