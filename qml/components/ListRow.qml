import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

/// A row of a list for fingers: icon, title, subtitle, things at its end. A long press, the context menu's key, the
/// right mouse button and the visible button of three dots all ask for its menu (`hasMenu`, `menuRequested`).
ItemDelegate {
    id: row

    property string title
    property string subtitle
    property string iconName
    /// Colours the icon: "ok", "warning", "error", "info"; the text beside it must say the same.
    property string tone
    /// The subtitle is an address, an image or the like.
    property bool mono: false
    property bool hasMenu: false
    /// A line below, that leads the eye from the title to what stands at the end of a wide row.
    property bool separator: true
    /// Shows that the row leads to another page.
    property bool chevron: false
    /// Chips, switches, figures.
    default property alias trailing: trailingRow.data

    /// `anchor`: where the menu belongs.
    signal menuRequested(anchor: Item)

    implicitHeight: Math.max(Theme.rowHeight, implicitContentHeight + topPadding + bottomPadding)
    leftPadding: mirrored && hasMenu ? 4 : Theme.spaceM
    rightPadding: !mirrored && hasMenu ? 4 : Theme.spaceM
    text: title
    Accessible.name: title
    Accessible.description: subtitle

    onPressAndHold: if (hasMenu) menuRequested(row)
    Keys.onMenuPressed: if (hasMenu) menuRequested(row)

    Rectangle {
        x: row.leftPadding
        y: row.height - height
        width: row.width - row.leftPadding - row.rightPadding
        height: 1
        visible: row.separator && !row.highlighted && !row.down
        color: Theme.border
    }
    TapHandler {
        acceptedButtons: Qt.RightButton
        enabled: row.hasMenu
        onTapped: row.menuRequested(row)
    }

    contentItem: RowLayout {
        spacing: Theme.spaceM

        Icon {
            visible: name !== ""
            name: row.iconName
            color: row.tone === "" ? Theme.textMuted : Theme.toneColor(row.tone)
        }
        ColumnLayout {
            spacing: 1
            Layout.fillWidth: true

            Label {
                text: row.title
                font.weight: row.subtitle !== "" ? Font.DemiBold : Font.Normal
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
            Label {
                text: row.subtitle
                visible: text !== ""
                font.pixelSize: Theme.caption
                font.family: row.mono ? Theme.familyMono : Theme.family
                color: Theme.textMuted
                elide: Text.ElideRight
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        RowLayout {
            id: trailingRow
            spacing: Theme.spaceS
        }
        Icon {
            visible: row.chevron
            name: "forward"
            size: Theme.iconSmall
            color: Theme.textMuted
            mirrored: row.mirrored
        }
        ToolButton {
            id: more

            visible: row.hasMenu
            icon.name: "more"
            icon.color: Theme.textMuted
            text: qsTr("More actions for %1").arg(row.title)
            onClicked: row.menuRequested(more)
        }
    }
}
