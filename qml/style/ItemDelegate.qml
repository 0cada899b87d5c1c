import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// A row of a list.
T.ItemDelegate {
    id: control

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    horizontalPadding: 14
    verticalPadding: 10
    spacing: 14
    font.family: Theme.family
    font.pixelSize: Theme.body
    icon.width: Theme.icon
    opacity: enabled ? 1 : 0.45

    contentItem: ButtonContent {
        control: control
        leading: true
        color: Theme.text
    }
    background: Rectangle {
        radius: Theme.radiusSmall
        color: control.down ? Theme.pressed
             : control.highlighted ? Theme.selection
             : control.hovered ? Theme.hover : "transparent"

        FocusRing {
            visible: control.visualFocus
            inset: true
        }
    }
}
