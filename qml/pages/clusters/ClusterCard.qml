import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// One cluster: its health, what needs attention most, its nodes, version and connection.
Card {
    id: card

    required property Cluster cluster
    readonly property Session session: cluster ? cluster.session : null
    readonly property bool isCurrent: App.cluster === cluster

    signal removeRequested

    title: cluster ? cluster.name : ""
    subtitle: cluster ? cluster.addressText : ""
    icon: "cluster"
    Layout.fillWidth: true
    Layout.fillHeight: true
    Layout.preferredWidth: 1
    Layout.maximumWidth: Math.round(640 * Theme.growth)

    Component.onCompleted: if (session) session.measureLatency()

    ApplianceStatus {
        id: status
        session: card.session
    }
    NoticeModel {
        id: notices
        session: card.session
    }

    actions: [
        StatusChip {
            visible: card.cluster !== null && card.cluster.production
            tone: "warning"
            icon: "lock"
            text: qsTr("Production")
        },
        StatusChip {
            tone: card.cluster.connected ? status.healthTone : card.cluster.connectionTone
            text: card.cluster.connected ? status.healthText : card.cluster.connectionText
            visible: text !== ""
        }
    ]

    Label {
        visible: text !== ""
        text: card.cluster.connected ? notices.firstText : card.cluster.errorText
        color: card.cluster.connected ? Theme.toneColor(notices.tone) : Theme.error
        wrapMode: Text.Wrap
        maximumLineCount: 3
        elide: Text.ElideRight
        Layout.fillWidth: true
    }
    KeyValueRow {
        label: qsTr("Nodes")
        value: status.nodesText
    }
    KeyValueRow {
        label: qsTr("Version")
        value: status.versionText
    }
    KeyValueRow {
        label: qsTr("Connection")
        value: card.cluster.latencyText
    }
    Item { Layout.fillHeight: true }
    RowLayout {
        spacing: Theme.spaceS
        Layout.fillWidth: true

        Button {
            text: card.isCurrent ? qsTr("Open") : qsTr("Switch to it")
            highlighted: true
            onClicked: {
                App.clusters.select(card.cluster.id)
                App.navigator.show("overview")
            }
        }
        Button {
            text: qsTr("Try again")
            icon.name: "refresh"
            visible: !card.cluster.connected
            onClicked: card.cluster.retry()
        }
        Item { Layout.fillWidth: true }
        ToolButton {
            icon.name: "edit"
            visible: !card.cluster.demo
            text: qsTr("Change the connection of %1").arg(card.title)
            onClicked: App.navigator.open("clusterform", { clusterId: card.cluster.id })
        }
        ToolButton {
            icon.name: "remove"
            text: qsTr("Remove %1").arg(card.title)
            onClicked: card.removeRequested()
        }
    }
}
