import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.RoundButton {
    id: control

    implicitWidth: Math.max(Theme.target, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    padding: 10
    spacing: Theme.spaceS
    font.family: Theme.family
    font.pixelSize: Theme.body
    icon.width: Theme.icon
    opacity: enabled ? 1 : 0.45

    contentItem: ButtonContent {
        control: control
        color: control.highlighted ? Theme.accentText : Theme.text
    }
    background: Rectangle {
        radius: control.radius
        color: control.highlighted ? Theme.accent
             : control.down || control.checked ? Theme.pressed
             : control.hovered ? Theme.hover
             : control.flat ? "transparent" : Theme.surfaceSunken
        border.width: control.flat || control.highlighted ? 0 : Theme.lineWidth
        border.color: Theme.scheme === Theme.HighContrast ? Theme.outline : Theme.border

        FocusRing {
            visible: control.visualFocus
            radius: control.radius + Theme.focusWidth
        }
    }
}
