pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle.Ui

ColumnLayout {
    spacing: 0

    PageHeader {
        title: "Deployments"
        subtitle: "Namespace default"
        canGoBack: true
        primary: true
        extras: StatusChip { tone: "warning"; text: "1 not ready" }
        Layout.fillWidth: true

        Action { text: "Deploy"; icon.name: "add" }
        Action { text: "Restart"; icon.name: "restart" }
        Action { text: "Refresh"; icon.name: "refresh" }
        Action { text: "Delete"; icon.name: "remove"; icon.color: Theme.error }
    }
    RowLayout {
        spacing: Theme.spaceS
        Layout.leftMargin: Theme.spaceL
        Layout.rightMargin: Theme.spaceL
        Layout.bottomMargin: Theme.spaceS

        SearchBar { Layout.fillWidth: true; Layout.maximumWidth: 480 }
        ComboBox { model: ["All namespaces", "default"]; Layout.maximumWidth: 220 }
        Item { Layout.fillWidth: true }
    }
    Frame {
        padding: Theme.lineWidth
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.leftMargin: Theme.spaceL
        Layout.rightMargin: Theme.spaceL
        Layout.bottomMargin: Theme.spaceL

        ListView {
            id: list

            anchors.fill: parent
            clip: true
            currentIndex: 2
            model: 40
            ScrollBar.vertical: ScrollBar {}

            delegate: ListRow {
                id: row

                required property int index

                width: list.width
                highlighted: ListView.isCurrentItem
                title: ["web", "api", "queue-worker", "postgres"][row.index % 4] + "-" + row.index
                subtitle: "registry.local/" + title + ":1.4." + row.index
                mono: true
                iconName: row.index % 4 === 3 ? "statefulset" : "deployment"
                hasMenu: true

                Label {
                    text: row.index % 5 === 1 ? "1 / 3" : "3 / 3"
                    color: Theme.textMuted
                }
                StatusChip {
                    tone: row.index % 5 === 1 ? "warning" : row.index === 7 ? "error" : "ok"
                    text: row.index % 5 === 1 ? "Progressing" : row.index === 7 ? "Failed" : "Available"
                }
            }
        }
    }
}
