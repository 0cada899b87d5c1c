import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// `icon.color` set to Theme.error marks an entry that destroys something.
T.MenuItem {
    id: control

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: 14 + (!mirrored && checkable ? Theme.icon + spacing : 0) + (mirrored && subMenu ? Theme.icon : 0)
    rightPadding: 14 + (mirrored && checkable ? Theme.icon + spacing : 0) + (!mirrored && subMenu ? Theme.icon : 0)
    verticalPadding: 8
    spacing: 14
    font.family: Theme.family
    font.pixelSize: Theme.body
    icon.width: Theme.icon
    icon.color: Theme.text
    opacity: enabled ? 1 : 0.45

    contentItem: ButtonContent {
        control: control
        leading: true
        color: control.icon.color
    }
    indicator: Icon {
        x: control.mirrored ? control.width - width - 14 : 14
        y: (control.height - height) / 2
        visible: control.checked
        name: control.checkable ? "check" : ""
        color: Theme.accent
    }
    arrow: Icon {
        x: control.mirrored ? 10 : control.width - width - 10
        y: (control.height - height) / 2
        visible: control.subMenu !== null
        name: "forward"
        size: Theme.iconSmall
        color: Theme.textMuted
        mirrored: control.mirrored
    }
    background: Rectangle {
        radius: Theme.radiusSmall
        color: control.down ? Theme.pressed : control.highlighted ? Theme.selection : "transparent"
    }
}
