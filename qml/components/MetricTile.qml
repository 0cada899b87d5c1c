import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// One figure that matters, readable from afar. Leads somewhere when `clickable`.
ItemDelegate {
    id: tile

    property string label
    property string value
    /// A word about the value, below it.
    property string detail
    property string iconName
    property string tone: "neutral"
    property bool clickable: false

    implicitWidth: Math.max(Math.round(150 * Theme.growth), implicitContentWidth + leftPadding + rightPadding)
    implicitHeight: implicitContentHeight + topPadding + bottomPadding
    padding: Theme.spaceM
    enabled: clickable
    opacity: 1
    text: label
    focusPolicy: clickable ? Qt.StrongFocus : Qt.NoFocus
    Accessible.role: clickable ? Accessible.Button : Accessible.StaticText
    Accessible.name: label
    Accessible.description: detail !== "" ? qsTr("%1, %2").arg(value).arg(detail) : value

    contentItem: ColumnLayout {
        spacing: 2

        RowLayout {
            spacing: Theme.spaceS

            Icon {
                visible: name !== ""
                name: tile.iconName
                size: Theme.iconSmall
                color: Theme.textMuted
            }
            Label {
                text: tile.label
                color: Theme.textMuted
                enabled: true
                opacity: 1
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Icon {
                visible: tile.clickable
                name: "forward"
                size: Theme.iconSmall
                color: Theme.textMuted
                mirrored: tile.mirrored
            }
        }
        Label {
            text: tile.value
            opacity: 1
            font.pixelSize: Theme.display
            font.weight: Font.DemiBold
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.title
            Layout.fillWidth: true
            Accessible.ignored: true
        }
        RowLayout {
            visible: tile.detail !== ""
            spacing: 6

            Icon {
                visible: tile.tone !== "neutral"
                name: Theme.toneIcon(tile.tone)
                size: Theme.iconSmall
                color: Theme.toneColor(tile.tone)
            }
            Label {
                text: tile.detail
                opacity: 1
                font.pixelSize: Theme.caption
                color: Theme.toneColor(tile.tone)
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        Item { Layout.fillHeight: true } // tiles beside each other begin at one height
    }
    background: Rectangle {
        radius: Theme.radius
        color: tile.down ? Theme.pressed : tile.hovered && tile.clickable ? Theme.hover : Theme.surface
        border.width: tile.visualFocus ? Theme.focusWidth : Theme.lineWidth
        border.color: tile.visualFocus ? Theme.focus : Theme.border
    }
}
