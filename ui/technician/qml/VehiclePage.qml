import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

ColumnLayout {
    id: page
    spacing: 16
    property bool keypadShown: false

    function focusFirst() { vinField.input.forceActiveFocus(); }

    Flickable {
        Layout.fillWidth: true
        Layout.fillHeight: true
        contentHeight: form.implicitHeight
        clip: true
        ColumnLayout {
            id: form
            width: parent.width
            spacing: 16
            Rectangle {
                visible: presenter.leftOpen.count !== undefined
                Layout.fillWidth: true
                implicitHeight: 92
                radius: 12
                color: Theme.card
                border.color: Theme.accent
                border.width: 3
                RowLayout {
                    id: left
                    anchors.fill: parent
                    anchors.margins: 14
                    spacing: 16
                    ColumnLayout {
                        spacing: 2
                        Layout.fillWidth: true
                        AppText { text: Words.say("left_open"); font.bold: true; wrapMode: Text.NoWrap; elide: Text.ElideRight; Layout.fillWidth: true }
                        AppText {
                            text: (presenter.leftOpen.vehicle || "") + " · " + Words.say("stood_" + (presenter.leftOpen.state || "identify"))
                            font.pixelSize: 20
                            color: Theme.quiet
                            wrapMode: Text.NoWrap
                            elide: Text.ElideRight
                            Layout.fillWidth: true
                        }
                    }
                    BigButton { visible: !presenter.leftOpen.two; text: Words.say("left_close"); onClicked: presenter.drop() }
                    BigButton { text: Words.say("left_resume"); primary: true; onClicked: presenter.resume() }
                }
            }
            Notice {
                visible: presenter.refused.es !== undefined || presenter.error.code !== undefined
                text: presenter.error.code !== undefined ? Words.pick(presenter.error) : Words.pick(presenter.refused)
                Layout.fillWidth: true
            }
            AppText { text: Words.say("scan_title"); font.pixelSize: Theme.title; font.bold: true; Layout.fillWidth: true }
            AppText { text: Words.say("scan_help"); color: Theme.quiet; font.pixelSize: 20; Layout.fillWidth: true }
            RowLayout {
                spacing: 16
                Field {
                    id: vinField
                    title: Words.say("vin")
                    mono: true
                    maximumLength: 17
                    value: presenter.vin
                    onEdited: text => presenter.vin = text
                    Layout.fillWidth: true
                }
                BigButton {
                    text: "⌨ " + Words.say("keypad")
                    implicitHeight: Theme.field
                    Layout.alignment: Qt.AlignBottom
                    onClicked: page.keypadShown = !page.keypadShown
                }
            }
            Notice {
                visible: presenter.vinProblem !== "" && !(presenter.vinProblem === "length" && vinField.input.activeFocus && presenter.vin.length < 17 && !page.keypadShown)
                text: Words.say("vin_" + presenter.vinProblem).replace("%1", presenter.vin.length)
                Layout.fillWidth: true
            }
            Keypad {
                visible: page.keypadShown
                Layout.fillWidth: true
                onTyped: sign => { if (presenter.vin.length < 17) presenter.vin = presenter.vin + sign; }
                onErased: presenter.vin = presenter.vin.slice(0, -1)
                onClosed: page.keypadShown = false
            }
            RowLayout {
                spacing: 16
                Field {
                    title: Words.say("plate")
                    maximumLength: 12
                    value: presenter.plate
                    onEdited: text => presenter.plate = text
                    Layout.fillWidth: true
                    Layout.preferredWidth: 3
                }
                Field {
                    title: Words.say("year")
                    maximumLength: 4
                    inputMethodHints: Qt.ImhDigitsOnly
                    validator: RegularExpressionValidator { regularExpression: /[0-9]{0,4}/ }
                    value: presenter.modelYear
                    onEdited: text => { if (text.length === 4 || text === "") presenter.modelYear = text; }
                    Layout.fillWidth: true
                    Layout.preferredWidth: 2
                }
                Field {
                    title: Words.say("weight")
                    maximumLength: 6
                    inputMethodHints: Qt.ImhDigitsOnly
                    validator: RegularExpressionValidator { regularExpression: /[0-9]{0,6}/ }
                    value: presenter.grossWeight
                    onEdited: text => presenter.grossWeight = text
                    Layout.fillWidth: true
                    Layout.preferredWidth: 2
                }
                Field {
                    title: Words.say(presenter.miles ? "odometer_mi" : "odometer_km")
                    maximumLength: 7
                    inputMethodHints: Qt.ImhDigitsOnly
                    validator: RegularExpressionValidator { regularExpression: /[0-9]{0,7}/ }
                    value: presenter.odometer
                    onEdited: text => presenter.odometer = text
                    Layout.fillWidth: true
                    Layout.preferredWidth: 2
                }
            }
            AppText { text: Words.say("fuel"); font.pixelSize: Theme.small; color: Theme.quiet }
            RowLayout {
                spacing: 16
                Repeater {
                    model: ["gasoline", "hybrid_gasoline", "diesel", "cng_oem"]
                    delegate: BigButton {
                        required property string modelData
                        text: Words.say(modelData)
                        chosen: presenter.fuel === modelData
                        Layout.fillWidth: true
                        Layout.preferredWidth: 1
                        onClicked: presenter.fuel = modelData
                    }
                }
            }
        }
    }
    RowLayout {
        Item { Layout.fillWidth: true }
        BigButton {
            text: Words.say("next")
            primary: true
            implicitWidth: 320
            implicitHeight: Theme.primary
            enabled: presenter.vehicleComplete
            onClicked: presenter.next()
        }
    }
}
