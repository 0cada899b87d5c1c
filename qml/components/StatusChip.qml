import QtQuick
import QtQuick.Controls
import Coracle.Ui

/// The state of a thing in a word. Its tone ("ok", "warning", "error", "info", "neutral") shows in colour and icon.
Control {
    id: chip

    property string tone: "neutral"
    property string text
    /// Another icon than the tone's.
    property string icon: tone === "neutral" || tone === "" ? "" : Theme.toneIcon(tone)

    implicitWidth: Math.ceil(implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: Math.round(28 * Theme.growth)
    leftPadding: mirrored || icon === "" ? 12 : 8
    rightPadding: mirrored && icon !== "" ? 8 : 12

    // The content speaks: in Qt 6.4 a Control keeps the role of its own type.
    contentItem: Item {
        Accessible.role: Accessible.StaticText
        Accessible.name: chip.text
        implicitWidth: label.implicitWidth + (mark.visible ? mark.width + 6 : 0)

        Icon {
            id: mark

            x: chip.mirrored ? parent.width - width : 0
            anchors.verticalCenter: parent.verticalCenter
            visible: name !== ""
            name: chip.icon
            size: Theme.iconSmall
            color: Theme.toneColor(chip.tone)
        }
        Text {
            id: label

            x: mark.visible && !chip.mirrored ? mark.width + 6 : 0
            width: parent.width - (mark.visible ? mark.width + 6 : 0)
            height: parent.height
            text: chip.text
            font.family: Theme.family
            font.pixelSize: Theme.caption
            font.weight: Font.DemiBold
            color: Theme.toneColor(chip.tone)
            verticalAlignment: Text.AlignVCenter
            elide: Text.ElideRight
            horizontalAlignment: Text.AlignLeft
        }
    }
    background: Rectangle {
        radius: height / 2
        color: Theme.toneSoft(chip.tone)
        border.width: Theme.scheme === Theme.HighContrast ? 1 : 0
        border.color: Theme.toneColor(chip.tone)
    }
}
