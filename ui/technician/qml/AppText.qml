import QtQuick
import Station

Text {
    font.pixelSize: Theme.body
    color: Theme.ink
    wrapMode: Text.WordWrap
    Accessible.role: Accessible.StaticText
    Accessible.name: text
}
