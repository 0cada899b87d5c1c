import QtQuick
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The figures that matter, each leading to its page.
GridLayout {
    id: tiles

    required property ApplianceStatus status

    columns: width < 700 * Theme.growth ? 2 : 4
    columnSpacing: Theme.spaceM
    rowSpacing: Theme.spaceM

    MetricTile {
        Layout.fillWidth: true
        Layout.preferredWidth: 1
        Layout.fillHeight: true
        label: qsTr("Nodes ready")
        value: tiles.status.nodesText
        iconName: "node"
        tone: tiles.status.nodesTone
        clickable: true
        onClicked: App.navigator.show("nodes")
    }
    MetricTile {
        Layout.fillWidth: true
        Layout.preferredWidth: 1
        Layout.fillHeight: true
        label: qsTr("Pods")
        value: tiles.status.podsText
        detail: tiles.status.podsDetail
        iconName: "pod"
        tone: tiles.status.podsTone
        clickable: true
        onClicked: App.navigator.show("workloads")
    }
    MetricTile {
        Layout.fillWidth: true
        Layout.preferredWidth: 1
        Layout.fillHeight: true
        label: qsTr("Running for")
        value: Format.age(tiles.status.startedAt, Format.minute)
        iconName: "ok"
    }
    MetricTile {
        Layout.fillWidth: true
        Layout.preferredWidth: 1
        Layout.fillHeight: true
        label: qsTr("Daemon memory")
        value: tiles.status.memoryText
        iconName: "memory"
    }
}
