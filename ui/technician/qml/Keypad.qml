import QtQuick
import Station
import QtQuick.Layouts

// A keypad of the 33 signs a VIN can hold: no I, O or Q to touch by mistake.
Rectangle {
    id: keypad
    signal typed(string sign)
    signal erased()
    signal closed()
    color: Theme.soft
    implicitHeight: rows.implicitHeight + 32
    ColumnLayout {
        id: rows
        anchors.fill: parent
        anchors.margins: 16
        spacing: 8
        Repeater {
            model: ["1234567890", "ABCDEFGHJK", "LMNPRSTUVW", "XYZ"]
            delegate: RowLayout {
                id: line
                required property string modelData
                spacing: 8
                Repeater {
                    model: line.modelData.split("")
                    delegate: BigButton {
                        required property string modelData
                        text: modelData
                        implicitWidth: 84
                        implicitHeight: Theme.field
                        Layout.fillWidth: line.modelData.length === 10
                        focusPolicy: Qt.NoFocus
                        onClicked: keypad.typed(modelData)
                    }
                }
                BigButton {
                    visible: line.modelData === "XYZ"
                    text: "⌫ " + Words.say("erase")
                    implicitHeight: Theme.field
                    focusPolicy: Qt.NoFocus
                    onClicked: keypad.erased()
                }
                Item { visible: line.modelData === "XYZ"; Layout.fillWidth: true }
                BigButton {
                    visible: line.modelData === "XYZ"
                    text: Words.say("close")
                    implicitHeight: Theme.field
                    focusPolicy: Qt.NoFocus
                    onClicked: keypad.closed()
                }
            }
        }
    }
}
