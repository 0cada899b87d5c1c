import QtQuick
import QtQuick.Controls
import Coracle

/// The port-forwards of this cluster: kept, started together, each for itself.
ViewPage {
    id: page

    title: qsTr("Port forwards")
    subtitle: App.forwards.runningCount > 0 ? qsTr("%n running", "", App.forwards.runningCount) : ""
    actions: App.forwards.count > 0 ? [startAll, stopAll] : []

    Action {
        id: startAll
        text: qsTr("Start all")
        icon.name: "play"
        enabled: App.forwards.runningCount < App.forwards.count
        onTriggered: App.forwards.startAll()
    }
    Action {
        id: stopAll
        text: qsTr("Stop all")
        icon.name: "stop"
        enabled: App.forwards.runningCount > 0
        onTriggered: App.forwards.stopAll()
    }

    ScrollColumn {
        anchors.fill: parent
        visible: App.forwards.count > 0

        Repeater {
            model: App.forwards
            delegate: ForwardCard {}
        }
    }
    EmptyState {
        anchors.fill: parent
        visible: App.forwards.count === 0
        icon: "connection"
        title: qsTr("No port forwards")
        text: qsTr("A port forward makes a pod's port reachable on this device. "
                   + "Open a pod and choose “Forward a port”.")
        actionText: qsTr("Show pods")
        actionIcon: "pod"
        onTriggered: App.navigator.show("workloads", { kindKey: "pods" })
    }
}
