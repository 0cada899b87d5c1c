import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.ToolBar {
    id: control

    implicitWidth: contentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.target + 8, contentHeight + topPadding + bottomPadding)
    horizontalPadding: Theme.spaceS
    verticalPadding: 4

    background: Rectangle {
        color: Theme.surface

        Rectangle {
            y: control.position === T.ToolBar.Footer ? 0 : parent.height - height
            width: parent.width
            height: Theme.lineWidth
            color: Theme.border
        }
    }
}
