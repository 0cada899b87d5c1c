import QtQuick
import QtQuick.Templates as T
import Coracle.Theme

T.GroupBox {
    id: control

    implicitWidth: Math.max(implicitLabelWidth, contentWidth + leftPadding + rightPadding)
    implicitHeight: contentHeight + topPadding + bottomPadding
    padding: Theme.spaceM
    topPadding: padding + (implicitLabelHeight > 0 ? implicitLabelHeight + Theme.spaceS : 0)
    font.family: Theme.family
    font.pixelSize: Theme.body

    label: Text {
        width: control.width
        text: control.title
        font.family: Theme.family
        font.pixelSize: Theme.caption
        font.weight: Font.DemiBold
        color: Theme.textMuted
        elide: Text.ElideRight
        horizontalAlignment: Text.AlignLeft
    }
    background: Rectangle {
        y: control.topPadding - control.bottomPadding
        width: parent.width
        height: parent.height - y
        radius: Theme.radius
        color: Theme.surface
        border.width: Theme.lineWidth
        border.color: Theme.border
    }
}
