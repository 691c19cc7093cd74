import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

// Nobody works here without having proved who they are. Also where a supervisor answers for the time.
Rectangle {
    id: page
    color: Theme.page
    property string who: ""
    property bool codeAsked: false
    property bool wasOpen: false
    readonly property bool clock: presenter.crew.clockSetBack === true
    readonly property bool taking: presenter.crew.id !== ""

    function focusFirst() { pin.input.forceActiveFocus(); }
    function choose(id, code) {
        who = id;
        codeAsked = code;
        pin.text = "";
        pin.input.forceActiveFocus();
    }
    function send() {
        if (who === "" || pin.text === "") {
            (who === "" ? number.input : pin.input).forceActiveFocus();
            return;
        }
        if (clock)
            presenter.confirmClock(who, pin.text, code.value);
        else
            presenter.signIn(who, pin.text, code.value);
        pin.text = "";
        code.value = "";
    }

    onVisibleChanged: {
        who = "";
        codeAsked = false;
        pin.text = "";
        if (visible)
            focusFirst();
    }
    Connections {
        target: presenter
        function onBadgeChanged() {
            if (presenter.badge !== "")
                page.choose(presenter.badge, false);
        }
    }
    MouseArea { anchors.fill: parent }

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: Theme.gap
        spacing: 16
        AppText {
            text: Words.say(page.clock ? "clock_title" : page.taking ? "take_over_title" : "sign_in_title")
            font.pixelSize: Theme.title
            font.bold: true
            Layout.fillWidth: true
        }
        AppText {
            text: page.clock ? Words.say("clock_help").arg(Qt.formatDateTime(new Date(), "yyyy-MM-dd hh:mm")) : Words.say("sign_in_help")
            color: Theme.quiet
            font.pixelSize: 20
            Layout.fillWidth: true
        }
        RowLayout {
            spacing: 32
            Layout.fillWidth: true
            Layout.fillHeight: true
            ColumnLayout {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.preferredWidth: 3
                Layout.alignment: Qt.AlignTop
                spacing: 12
                Notice {
                    visible: presenter.crew.refused !== undefined
                    text: Words.pick(presenter.crew.refused)
                    Layout.fillWidth: true
                }
                Flickable {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    contentHeight: tiles.implicitHeight
                    clip: true
                    GridLayout {
                        id: tiles
                        width: parent.width
                        columns: 2
                        columnSpacing: 12
                        rowSpacing: 12
                        Repeater {
                            model: presenter.crew.people || []
                            delegate: BigButton {
                                required property var modelData
                                text: modelData.id + "  ·  " + modelData.name
                                lines: 2
                                font.pixelSize: Theme.small
                                chosen: page.who === modelData.id
                                Layout.fillWidth: true
                                Layout.preferredWidth: 1
                                onClicked: page.choose(modelData.id, modelData.code)
                            }
                        }
                    }
                }
                Field {
                    id: number
                    title: Words.say("person_number")
                    maximumLength: 64
                    value: presenter.badge !== "" && page.who === presenter.badge ? Words.say("badge_read") : page.who
                    onEdited: text => page.who = text.trim().toUpperCase()
                    Layout.fillWidth: true
                }
            }
            ColumnLayout {
                Layout.preferredWidth: 380
                Layout.maximumWidth: 420
                Layout.alignment: Qt.AlignTop
                spacing: 12
                PinPad {
                    id: pin
                    title: Words.say("pin")
                    Layout.fillWidth: true
                    onEntered: page.send()
                }
                Field {
                    id: code
                    visible: page.codeAsked
                    title: Words.say("one_time_code")
                    maximumLength: 6
                    inputMethodHints: Qt.ImhDigitsOnly
                    onEdited: text => code.value = text
                    Layout.fillWidth: true
                }
            }
        }
        RowLayout {
            BigButton { visible: page.taking; text: Words.say("back"); onClicked: presenter.keepPerson() }
            BigButton { visible: page.taking; text: Words.say("sign_out"); onClicked: presenter.signOut() }
            Item { Layout.fillWidth: true }
            BigButton {
                text: Words.say(page.clock ? "clock_confirm" : "sign_in")
                primary: true
                implicitWidth: 320
                implicitHeight: Theme.primary
                enabled: page.who !== ""
                onClicked: page.send()
            }
        }
    }
}
