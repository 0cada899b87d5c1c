import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// The square of check boxes, or with `round` the circle of radio buttons.
Rectangle {
    id: mark

    required property T.AbstractButton control
    property int checkState: Qt.Unchecked
    property bool round: false
    readonly property bool on: checkState !== Qt.Unchecked

    implicitWidth: Theme.icon
    implicitHeight: Theme.icon
    radius: round ? width / 2 : Theme.radiusSmall
    color: on && !round ? Theme.accent : control.down ? Theme.pressed : Theme.surface
    border.width: 2
    border.color: on ? Theme.accent : Theme.outline

    Icon {
        anchors.centerIn: parent
        visible: mark.on && !mark.round
        name: mark.checkState === Qt.PartiallyChecked ? "minus" : "check"
        size: parent.width - 6
        color: Theme.accentText
    }
    Rectangle {
        anchors.centerIn: parent
        visible: mark.on && mark.round
        width: parent.width - 10
        height: width
        radius: width / 2
        color: Theme.accent
    }
}
