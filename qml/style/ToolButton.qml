import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// A button of bars and rows: mostly an icon alone; `text` is its name for screen readers and its tip then.
T.ToolButton {
    id: control

    implicitWidth: Math.max(Theme.target, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    padding: 10
    spacing: Theme.spaceS
    display: icon.name !== "" ? T.AbstractButton.IconOnly : T.AbstractButton.TextOnly
    font.family: Theme.family
    font.pixelSize: Theme.body
    icon.width: Theme.icon
    icon.color: Theme.text
    opacity: enabled ? 1 : 0.45

    contentItem: ButtonContent {
        control: control
        color: control.checked || control.highlighted ? Theme.accent : control.icon.color
    }
    background: Rectangle {
        radius: Theme.radius
        color: control.down ? Theme.pressed
             : control.checked ? Theme.accentSoft
             : control.hovered ? Theme.hover : "transparent"

        FocusRing {
            visible: control.visualFocus
            inset: true
        }
    }
}
