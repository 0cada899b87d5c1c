import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

/// Repeats what is said elsewhere too: there is no pointer on a touchscreen.
T.ToolTip {
    id: control

    x: parent ? (parent.width - implicitWidth) / 2 : 0
    y: -implicitHeight - 6
    implicitWidth: Math.min(360, contentWidth + leftPadding + rightPadding)
    implicitHeight: contentHeight + topPadding + bottomPadding
    margins: 8
    horizontalPadding: 12
    verticalPadding: 8
    delay: 600
    font.family: Theme.family
    font.pixelSize: Theme.caption
    closePolicy: T.Popup.CloseOnEscape | T.Popup.CloseOnPressOutsideParent | T.Popup.CloseOnReleaseOutsideParent

    contentItem: Text {
        text: control.text
        font: control.font
        color: Theme.background
        wrapMode: Text.Wrap
    }
    background: Rectangle {
        radius: Theme.radiusSmall
        color: Theme.text
    }
}
