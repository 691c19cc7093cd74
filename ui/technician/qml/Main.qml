import QtQuick
import Station
import QtQuick.Controls.Basic
import QtQuick.Layouts

ApplicationWindow {
    id: window
    visible: true
    width: Math.min(1280, Screen.desktopAvailableWidth)
    height: Math.min(800, Screen.desktopAvailableHeight)
    onHeightChanged: Theme.compact = height < 720
    minimumWidth: 1024
    minimumHeight: 600
    color: Theme.page
    title: presenter.stationId
    Component.onCompleted: {
        Theme.compact = height < 720;
        Words.language = startLanguage === "en" ? "en" : "es";
        pages.children[presenter.page].focusFirst();
    }

    function centreText() {
        const waiting = presenter.waiting;
        if (!presenter.centreKnown)
            return Words.say("no_centre").arg(waiting);
        if (!presenter.centreReached)
            return Words.say("offline").arg(waiting);
        return waiting > 0 ? Words.say("sending").arg(waiting) : Words.say("online");
    }

    Shortcut { sequence: "F2"; onActivated: Words.toggle() }
    Shortcut { sequence: "Escape"; onActivated: presenter.signInOpen ? presenter.keepPerson() : presenter.back() }
    Shortcut { sequence: "F9"; onActivated: presenter.printReport() }
    Shortcut {
        sequences: ["Return", "Enter"]
        enabled: presenter.page !== 3 && !presenter.signInOpen
        onActivated: presenter.next()
    }

    Connections {
        target: presenter
        function onPageChanged() { if (!presenter.signInOpen) pages.children[presenter.page].focusFirst(); }
        function onCrewChanged() { if (!presenter.signInOpen && signIn.wasOpen) pages.children[presenter.page].focusFirst(); signIn.wasOpen = presenter.signInOpen; }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0
        Rectangle {
            Layout.fillWidth: true
            implicitHeight: 52
            color: Theme.ink
            RowLayout {
                anchors.fill: parent
                anchors.leftMargin: Theme.gap
                anchors.rightMargin: 12
                spacing: 24
                AppText { text: presenter.stationId; color: "#ffffff"; font.pixelSize: Theme.small; font.bold: true }
                AppText { text: presenter.programme; color: "#d1d5db"; font.pixelSize: Theme.small; wrapMode: Text.NoWrap; elide: Text.ElideRight; Layout.fillWidth: true; Layout.minimumWidth: 0 }
                AppText { text: window.centreText(); color: presenter.centreReached ? "#ffffff" : Theme.warn; font.pixelSize: Theme.small }
                Button {
                    id: personButton
                    visible: presenter.crew.required === true && presenter.crew.id !== ""
                    text: "👤 " + presenter.crew.name
                    focusPolicy: Qt.NoFocus
                    implicitHeight: 44
                    Layout.maximumWidth: 250
                    onClicked: presenter.changePerson()
                    Accessible.name: Words.say("at_work").arg(presenter.crew.name)
                    contentItem: Text { text: "▾ " + presenter.crew.name; color: "#ffffff"; font.pixelSize: Theme.small; verticalAlignment: Text.AlignVCenter; leftPadding: 12; rightPadding: 12; elide: Text.ElideRight }
                    background: Rectangle { radius: 8; color: personButton.down ? Theme.accent : "transparent"; border.color: "#9ca3af" }
                }
                Button {
                    id: languageButton
                    text: Words.say("other_language")
                    focusPolicy: Qt.NoFocus
                    implicitHeight: 44
                    onClicked: Words.toggle()
                    Accessible.name: text
                    contentItem: Text { text: languageButton.text; color: "#ffffff"; font.pixelSize: Theme.small; verticalAlignment: Text.AlignVCenter; leftPadding: 12; rightPadding: 12 }
                    background: Rectangle { radius: 8; color: languageButton.down ? Theme.accent : "transparent"; border.color: "#9ca3af" }
                }
            }
        }
        StepBar {
            visible: !presenter.signInOpen
            current: presenter.page
            Layout.fillWidth: true
            Layout.leftMargin: Theme.gap
            Layout.rightMargin: Theme.gap
            Layout.topMargin: 14
        }
        SignInPage {
            id: signIn
            visible: presenter.signInOpen
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
        StackLayout {
            id: pages
            visible: !presenter.signInOpen
            currentIndex: presenter.page
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.margins: Theme.gap
            VehiclePage {}
            CheckPage {}
            ConnectPage {}
            ReadingPage {}
            ResultPage {}
        }
    }
}
