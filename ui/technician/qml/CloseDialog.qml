import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

// Ends an inspection without a verdict: always with its reason, never by accident.
Dialog {
    id: dialog
    property bool connecting: false
    anchors.centerIn: parent
    width: 760
    modal: true
    padding: Theme.gap
    closePolicy: Popup.CloseOnEscape
    background: Rectangle { color: Theme.card; radius: 12; border.color: Theme.line; border.width: 2 }
    contentItem: ColumnLayout {
        spacing: 14
        AppText { text: Words.say("close_title"); font.pixelSize: Theme.title; font.bold: true; Layout.fillWidth: true }
        AppText { text: Words.say("close_help"); color: Theme.quiet; font.pixelSize: 20; Layout.fillWidth: true }
        BigButton {
            text: Words.say("close_vehicle_left")
            Layout.fillWidth: true
            onClicked: { dialog.close(); presenter.close("vehicle_left"); }
        }
        BigButton {
            visible: dialog.connecting
            text: Words.say("close_cannot_connect")
            Layout.fillWidth: true
            onClicked: { dialog.close(); presenter.cannotConnect(); }
        }
        BigButton {
            text: Words.say("close_technician")
            Layout.fillWidth: true
            onClicked: { dialog.close(); presenter.close("technician"); }
        }
        BigButton { text: Words.say("close_not"); primary: true; Layout.fillWidth: true; onClicked: dialog.close() }
    }
}
