pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// All clusters side by side, with their health at a glance.
ViewPage {
    id: page

    title: qsTr("Clusters")
    primary: true
    actions: [addCluster]

    Action {
        id: addCluster
        text: qsTr("Add a cluster")
        icon.name: "add"
        onTriggered: App.navigator.open("clusterform")
    }

    ScrollColumn {
        anchors.fill: parent
        visible: App.clusters.count > 0

        GridLayout {
            columns: Math.max(1, Math.floor(page.width / (400 * Theme.growth)))
            columnSpacing: Theme.spaceM
            rowSpacing: Theme.spaceM
            Layout.fillWidth: true

            Repeater {
                model: App.clusters
                delegate: ClusterCard {
                    id: entry

                    onRemoveRequested: {
                        removal.cluster = entry.cluster
                        removal.open()
                    }
                }
            }
        }
    }
    EmptyState {
        anchors.fill: parent
        visible: App.clusters.count === 0
        icon: "cluster"
        title: qsTr("No cluster yet")
        text: qsTr("Add the one on this device, or another by SSH. The demo shows a cluster that does not exist.")
        actionText: qsTr("Add a cluster")
        onTriggered: App.navigator.open("clusterform")

        Button {
            text: qsTr("Show the demo")
            icon.name: "play"
            onClicked: {
                App.clusters.addDemo()
                App.navigator.show("overview")
            }
        }
    }

    ConfirmDialog {
        id: removal
        property Cluster cluster: null
        title: cluster ? qsTr("Remove %1 from this list?").arg(cluster.name) : ""
        text: qsTr("The cluster itself goes on. Forgotten is how it is reached, its host key and kept passwords.")
        confirmText: qsTr("Remove")
        confirmIcon: "remove"
        onAccepted: App.clusters.remove(cluster.id)
    }
}
