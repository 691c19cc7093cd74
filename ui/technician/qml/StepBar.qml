import QtQuick
import Station
import QtQuick.Layouts

RowLayout {
    id: bar
    property int current: 0
    spacing: 12
    Repeater {
        model: ["step_vehicle", "step_check", "step_connect", "step_reading", "step_result"]
        delegate: ColumnLayout {
            id: entry
            required property int index
            required property string modelData
            Layout.fillWidth: true
            Layout.preferredWidth: 1
            spacing: 6
            Rectangle {
                Layout.fillWidth: true
                implicitHeight: 8
                radius: 4
                color: entry.index <= bar.current ? Theme.accent : Theme.soft
            }
            AppText {
                text: (entry.index < bar.current ? "✓ " : (entry.index + 1) + " ") + Words.say(entry.modelData)
                font.pixelSize: Theme.small
                font.bold: entry.index === bar.current
                color: entry.index <= bar.current ? Theme.ink : Theme.quiet
            }
        }
    }
}
