import QtQuick
import Station
import QtQuick.Layouts

// Something to look at: never colour alone.
Rectangle {
    property alias text: words.text
    color: Theme.warn
    radius: 10
    implicitHeight: words.implicitHeight + 28
    RowLayout {
        anchors.fill: parent
        anchors.margins: 14
        spacing: 14
        AppText { text: "!"; font.bold: true; font.pixelSize: 28; color: Theme.warnInk; Layout.alignment: Qt.AlignTop }
        AppText {
            id: words
            Layout.fillWidth: true
            color: Theme.warnInk
            font.pixelSize: 20
            Accessible.role: Accessible.AlertMessage
        }
    }
}
