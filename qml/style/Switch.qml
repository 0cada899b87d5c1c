import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.Switch {
    id: control

    implicitWidth: Math.max(implicitIndicatorWidth, implicitContentWidth) + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    padding: 6
    spacing: 12
    font.family: Theme.family
    font.pixelSize: Theme.body
    opacity: enabled ? 1 : 0.45

    indicator: SwitchTrack {
        control: control
        position: control.visualPosition
        x: control.mirrored ? control.width - width - control.rightPadding : control.leftPadding
        y: (control.height - height) / 2
    }
    contentItem: ChoiceText { control: control }
    background: Rectangle {
        radius: Theme.radius
        color: control.hovered ? Theme.hover : "transparent"

        FocusRing {
            visible: control.visualFocus
            inset: true
        }
    }
}
