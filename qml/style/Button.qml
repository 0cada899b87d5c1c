import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// `highlighted`: the one thing that this screen is for. `flat`: quiet. Neither: secondary. Its colour is
/// palette.highlight with palette.highlightedText on it; DangerButton of Coracle.Ui sets these.
T.Button {
    id: control

    readonly property color foreground: highlighted && !flat ? palette.highlightedText
                                                              : flat ? palette.highlight : Theme.text

    implicitWidth: Math.max(Theme.target, implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.max(Theme.target, implicitContentHeight + topPadding + bottomPadding)
    horizontalPadding: text === "" || display === T.AbstractButton.IconOnly ? 10 : flat ? 14 : 20
    verticalPadding: 8
    spacing: Theme.spaceS
    font.family: Theme.family
    font.pixelSize: Theme.body
    font.weight: Font.DemiBold
    icon.width: Theme.icon
    palette.highlight: Theme.accent
    palette.highlightedText: Theme.accentText
    opacity: enabled ? 1 : 0.45

    contentItem: ButtonContent {
        control: control
        color: control.foreground
    }
    background: Rectangle {
        radius: Theme.radius
        color: control.highlighted && !control.flat ? control.palette.highlight
             : control.down || control.checked ? Theme.pressed
             : control.hovered ? Theme.hover
             : control.flat ? "transparent" : Theme.surfaceSunken
        border.width: control.flat || control.highlighted ? 0 : Theme.lineWidth
        border.color: Theme.scheme === Theme.HighContrast ? Theme.outline : Theme.border

        Rectangle {
            // Filled buttons answer to the finger with a veil of their own text colour.
            anchors.fill: parent
            radius: parent.radius
            color: control.palette.highlightedText
            opacity: control.down ? 0.22 : 0.1
            visible: control.highlighted && !control.flat && (control.down || control.hovered)
        }
        FocusRing { visible: control.visualFocus }
    }
}
