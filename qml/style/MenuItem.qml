import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// An action that the user may not do (RightAction) says so behind its text. `icon.color` set to Theme.error marks an
/// entry that destroys something.
T.MenuItem {
    id: control

    readonly property string reason: action?.reason ?? ""

    implicitWidth: implicitContentWidth + leftPadding + rightPadding
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: 14 + (!mirrored && checkable ? Theme.icon + spacing : 0) + (mirrored && subMenu ? Theme.icon : 0)
    rightPadding: 14 + (mirrored && checkable ? Theme.icon + spacing : 0) + (!mirrored && subMenu ? Theme.icon : 0)
    verticalPadding: 8
    spacing: 14
    font.family: Theme.family
    font.pixelSize: Theme.body
    icon.width: Theme.icon
    icon.color: action && action.icon.color.a > 0 ? action.icon.color : Theme.text
    opacity: enabled ? 1 : 0.45
    Accessible.description: reason

    contentItem: ButtonContent {
        control: control
        text: control.reason !== "" ? qsTr("%1 – no right").arg(control.text) : control.text
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
