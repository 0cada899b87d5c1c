import QtQuick
import Coracle.Theme

/// Shows where the keyboard is. Around its parent by default; `inset` draws it inside, for rows that touch each other.
Rectangle {
    property bool inset: false

    anchors.fill: parent
    anchors.margins: inset ? 2 : -Theme.focusWidth - 1
    radius: inset ? Theme.radiusSmall : Theme.radius + Theme.focusWidth
    color: "transparent"
    border.width: Theme.focusWidth
    border.color: Theme.focus
}
