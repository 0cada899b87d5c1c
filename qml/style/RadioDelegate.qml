import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// A row with a radio button at its end.
T.RadioDelegate {
    id: control

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: 14 + (mirrored ? indicator.width + spacing : 0)
    rightPadding: 14 + (mirrored ? 0 : indicator.width + spacing)
    verticalPadding: 10
    spacing: 14
    font.family: Theme.family
    font.pixelSize: Theme.body
    icon.width: Theme.icon
    opacity: enabled ? 1 : 0.45

    indicator: CheckMark {
        control: control
        round: true
        checkState: control.checked ? Qt.Checked : Qt.Unchecked
        x: control.mirrored ? 14 : control.width - width - 14
        y: (control.height - height) / 2
    }
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
