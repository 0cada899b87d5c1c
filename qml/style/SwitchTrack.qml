import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// The track and the knob of a switch, at `position` (0 to 1, already mirrored).
Rectangle {
    id: track

    required property T.AbstractButton control
    required property real position

    implicitWidth: Math.round(52 * Theme.growth)
    implicitHeight: Math.round(30 * Theme.growth)
    radius: height / 2
    color: control.checked ? Theme.accent : Theme.surfaceSunken
    border.width: 2
    border.color: control.checked ? Theme.accent : Theme.outline

    Rectangle {
        x: 5 + track.position * (parent.width - width - 10)
        anchors.verticalCenter: parent.verticalCenter
        width: parent.height - 10
        height: width
        radius: width / 2
        color: track.control.checked ? Theme.accentText : Theme.outline

        Behavior on x {
            enabled: !track.control.down
            NumberAnimation { duration: Theme.durationShort }
        }
    }
}
