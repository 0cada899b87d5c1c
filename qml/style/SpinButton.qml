import QtQuick
import Coracle.Theme

/// One of the two ends of a SpinBox.
Item {
    id: button

    property string name
    property bool pressed: false
    property bool hovered: false

    implicitWidth: Theme.target
    implicitHeight: Theme.target

    Rectangle {
        anchors.fill: parent
        anchors.margins: 3
        radius: Theme.radius - 3
        color: button.pressed ? Theme.pressed : button.hovered ? Theme.hover : Theme.surfaceSunken
    }
    Icon {
        anchors.centerIn: parent
        name: button.name
        size: Theme.iconSmall
        color: button.enabled ? Theme.text : Theme.textMuted
        opacity: button.enabled ? 1 : 0.4
    }
}
