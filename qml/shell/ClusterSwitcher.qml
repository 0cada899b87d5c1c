import QtQuick
import QtQuick.Controls
import Coracle

/// The current cluster; pressed, all of them.
ItemDelegate {
    id: switcher

    text: App.cluster ? App.cluster.name : qsTr("No cluster")
    icon.name: "cluster"
    Accessible.name: text
    Accessible.description: App.cluster ? App.cluster.connectionText : ""
    onClicked: menu.open()

    Menu {
        id: menu
        y: switcher.height

        Repeater {
            model: App.clusters
            delegate: MenuItem {
                required property Cluster cluster
                text: cluster.name
                icon.name: cluster.connected ? "cluster" : "offline"
                onTriggered: App.clusters.select(cluster.id)
            }
        }
        MenuSeparator {}
        MenuItem {
            text: qsTr("All clusters")
            icon.name: "cluster"
            onTriggered: App.navigator.show("clusters")
        }
        MenuItem {
            text: qsTr("Add a cluster")
            icon.name: "add"
            onTriggered: App.navigator.open("clusterform")
        }
    }
}
