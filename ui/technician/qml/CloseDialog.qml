import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

// Ends an inspection without a verdict: always with its reason, never by accident.
Dialog {
    id: dialog
    property bool connecting: false
    property string reason: ""  // chosen, and a second person has to agree

    function end(why) {
        if (presenter.secondNeeded) {
            reason = why;
            secondPin.text = "";
            second.input.forceActiveFocus();
            return;
        }
        close();
        presenter.close(why);
    }
    function agree() {
        const why = reason;
        close();
        presenter.closeWith(why, second.value, secondPin.text, secondCode.value);
    }

    onOpened: { reason = ""; second.value = ""; secondPin.text = ""; secondCode.value = ""; }
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
        RowLayout {
            visible: dialog.reason !== ""
            spacing: 24
            Layout.fillWidth: true
            ColumnLayout {
                Layout.alignment: Qt.AlignTop
                Layout.fillWidth: true
                spacing: 12
                AppText { text: Words.say("second_help"); font.pixelSize: 20; Layout.fillWidth: true }
                Field {
                    id: second
                    title: Words.say("second_number")
                    maximumLength: 64
                    onEdited: text => second.value = text.trim().toUpperCase()
                    Layout.fillWidth: true
                }
                Field {
                    id: secondCode
                    title: Words.say("second_code")
                    maximumLength: 6
                    onEdited: text => secondCode.value = text
                    Layout.fillWidth: true
                }
            }
            PinPad {
                id: secondPin
                title: Words.say("pin")
                Layout.preferredWidth: 300
                Layout.alignment: Qt.AlignTop
                onEntered: dialog.agree()
            }
        }
        BigButton {
            visible: dialog.reason === ""
            text: Words.say("close_vehicle_left")
            Layout.fillWidth: true
            onClicked: dialog.end("vehicle_left")
        }
        BigButton {
            visible: dialog.connecting && dialog.reason === ""
            text: Words.say("close_cannot_connect")
            Layout.fillWidth: true
            onClicked: { dialog.close(); presenter.cannotConnect(); }
        }
        BigButton {
            visible: dialog.reason === ""
            text: Words.say("close_technician")
            Layout.fillWidth: true
            onClicked: dialog.end("technician")
        }
        BigButton { text: Words.say("close_not"); primary: true; Layout.fillWidth: true; onClicked: dialog.close() }
    }
}
