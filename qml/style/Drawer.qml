import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Drawer {
    id: control

    implicitWidth: contentWidth + leftPadding + rightPadding
    implicitHeight: contentHeight + topPadding + bottomPadding
    font.family: Theme.family
    font.pixelSize: Theme.body

    enter: Transition { SmoothedAnimation { duration: Theme.durationMedium; velocity: -1 } }
    exit: Transition { SmoothedAnimation { duration: Theme.durationMedium; velocity: -1 } }
    background: Rectangle {
        color: Theme.surface

        Rectangle {
            readonly property bool upright: control.edge === Qt.LeftEdge || control.edge === Qt.RightEdge

            x: control.edge === Qt.LeftEdge ? parent.width - width : 0
            y: control.edge === Qt.TopEdge ? parent.height - height : 0
            width: upright ? Theme.lineWidth : parent.width
            height: upright ? parent.height : Theme.lineWidth
            color: Theme.border
        }
    }

    T.Overlay.modal: Rectangle { color: Theme.overlay }
    T.Overlay.modeless: Item {}
}
