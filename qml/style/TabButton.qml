import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.TabButton {
    id: control

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    width: Math.max(implicitWidth, Theme.target * 1.5)
    horizontalPadding: 16
    spacing: Theme.spaceS
    font.family: Theme.family
    font.pixelSize: Theme.body
    font.weight: checked ? Font.DemiBold : Font.Normal
    icon.width: Theme.iconSmall
    opacity: enabled ? 1 : 0.45

    contentItem: ButtonContent {
        control: control
        color: control.checked ? Theme.accent : Theme.textMuted
    }
    background: Rectangle {
        color: control.down ? Theme.pressed : control.hovered ? Theme.hover : "transparent"

        Rectangle {
            y: parent.height - height
            width: parent.width
            height: 3
            radius: 1.5
            color: Theme.accent
            visible: control.checked
        }
        FocusRing {
            visible: control.visualFocus
            inset: true
        }
    }
}
