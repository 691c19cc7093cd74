import QtQuick
import Station
import QtQuick.Layouts

ColumnLayout {
    id: page
    spacing: 20
    readonly property int slowAfter: 90

    function focusFirst() { stop.forceActiveFocus(); }
    function stepText() {
        const known = Words.say(presenter.step);
        if (presenter.step === "")
            return Words.say("adapter");
        return known === presenter.step ? Words.say("trying").arg(presenter.step) : known;
    }

    AppText { text: Words.say("reading_title"); font.pixelSize: Theme.title; font.bold: true }
    RowLayout {
        spacing: 16
        Repeater {
            model: [
                { key: "chain_adapter", done: presenter.adapterFound, busy: true },
                { key: "chain_protocol", done: presenter.protocolFound, busy: presenter.adapterFound },
                { key: "chain_data", done: presenter.share >= 1, busy: presenter.protocolFound }
            ]
            delegate: Rectangle {
                id: link
                required property var modelData
                Layout.fillWidth: true
                implicitHeight: Theme.primary
                radius: 12
                color: modelData.done ? Theme.pass : Theme.card
                border.width: 2
                border.color: modelData.done ? Theme.pass : modelData.busy ? Theme.accent : Theme.soft
                AppText {
                    anchors.centerIn: parent
                    text: (link.modelData.done ? "✓ " : link.modelData.busy ? "… " : "○ ") + Words.say(link.modelData.key)
                    color: link.modelData.done ? "#ffffff" : Theme.ink
                    font.bold: link.modelData.done || link.modelData.busy
                    font.pixelSize: 24
                }
            }
        }
    }
    Notice {
        visible: presenter.step === "reconnect"
        text: Words.say("reconnect")
        Layout.fillWidth: true
    }
    Item { Layout.fillHeight: true }
    AppText { visible: presenter.step !== "reconnect"; text: page.stepText(); font.pixelSize: 30; Layout.fillWidth: true; horizontalAlignment: Text.AlignHCenter }
    Rectangle {
        Layout.fillWidth: true
        implicitHeight: 36
        radius: 18
        color: Theme.soft
        Accessible.role: Accessible.ProgressBar
        Accessible.name: page.stepText()
        Rectangle {
            width: Math.max(36, parent.width * presenter.share)
            height: parent.height
            radius: 18
            color: Theme.accent
        }
    }
    AppText {
        text: Words.say(presenter.seconds >= page.slowAfter ? "seconds_slow" : "seconds").arg(presenter.seconds)
            + (presenter.limitSeconds > 0 ? " · " + Words.say("limit").arg(presenter.limitSeconds) : "")
            + (presenter.attempt > 1 ? " · " + Words.say("attempt").arg(presenter.attempt) : "")
        color: Theme.quiet
        Layout.fillWidth: true
        horizontalAlignment: Text.AlignHCenter
    }
    Item { Layout.fillHeight: true }
    RowLayout {
        AppText { text: Words.say("hidden"); color: Theme.quiet; font.pixelSize: Theme.small; Layout.fillWidth: true }
        BigButton { id: stop; text: Words.say("stop"); implicitWidth: 220; onClicked: presenter.stop() }
    }
}
