import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// Always there when there is something to scroll: on touch it shows the place, with a mouse it is pulled.
T.ScrollBar {
    id: control

    implicitWidth: orientation === Qt.Vertical ? 12 : 100
    implicitHeight: orientation === Qt.Vertical ? 100 : 12
    padding: 3
    minimumSize: 0.08
    visible: policy !== T.ScrollBar.AlwaysOff && size < 1.0

    contentItem: Rectangle {
        radius: 3
        color: control.pressed ? Theme.accent : control.hovered ? Theme.textMuted : Theme.outline
        opacity: control.pressed || control.hovered || control.active ? 1 : 0.6
    }
}
