pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The back-ups, newest first.
Card {
    id: card

    required property BackupList backups

    signal restoreRequested(name: string)
    signal removalRequested(name: string)

    padding: 0

    Repeater {
        model: card.backups.rows

        ListRow {
            id: row

            required property string key
            required property string detail
            required property string originText
            required property string error
            required title

            subtitle: error !== "" ? error : detail
            iconName: "backup"
            tone: error !== "" ? "error" : ""
            hasMenu: true
            Layout.fillWidth: true
            onClicked: menu.popup(row)
            onMenuRequested: (anchor) => menu.popup(anchor)

            StatusChip {
                visible: !Theme.compact
                text: row.originText
            }
            Menu {
                id: menu

                MenuItem {
                    text: qsTr("Restore…")
                    icon.name: "restore"
                    enabled: row.error === ""
                    onTriggered: card.restoreRequested(row.key)
                }
                MenuItem {
                    text: qsTr("Download")
                    icon.name: "download"
                    onTriggered: card.backups.download(row.key)
                }
                MenuItem {
                    text: qsTr("Delete…")
                    icon.name: "remove"
                    onTriggered: card.removalRequested(row.key)
                }
            }
        }
    }
}
