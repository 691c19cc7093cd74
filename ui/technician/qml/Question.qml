import QtQuick
import Station
import QtQuick.Layouts

RowLayout {
    id: question
    property string words
    property string number
    property string answer
    property bool seen: false
    signal answered(string answer)
    spacing: 16
    AppText { text: question.number; font.bold: true; font.pixelSize: 26; Layout.preferredWidth: 36 }
    AppText { text: question.words; Layout.fillWidth: true }
    BigButton {
        text: Words.say("yes")
        implicitWidth: 120
        chosen: question.answer === "yes"
        onClicked: { question.seen = true; question.answered("yes"); }
    }
    BigButton {
        text: Words.say("no")
        implicitWidth: 120
        chosen: question.answer === "no"
        onClicked: { question.seen = true; question.answered("no"); }
    }
    BigButton {
        text: Words.say("unseen")
        implicitWidth: 170
        chosen: question.seen && question.answer === ""
        onClicked: { question.seen = true; question.answered(""); }
    }
}
