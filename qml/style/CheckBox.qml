import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.CheckBox {
    id: control

    implicitWidth: Math.max(Theme.target, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    padding: 6
    spacing: 12
    font.family: Theme.family
    font.pixelSize: Theme.body
    opacity: enabled ? 1 : 0.45

    indicator: CheckMark {
        control: control
        checkState: control.checkState
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
