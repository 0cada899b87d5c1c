import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// A node: what it uses, what it is asked for, what runs on it, and taking it out of service.
ViewPage {
    id: page

    required property string name

    title: name
    subtitle: qsTr("Node")
    viewState: node.state
    errorText: node.gone ? qsTr("It has been removed from the cluster.") : node.errorText
    actions: Array.from(more.actions).concat([drain])
    onRetry: node.retry()
    extras: StatusChip {
        visible: text !== ""
        text: node.gone ? qsTr("Deleted") : node.statusText
        tone: node.gone ? "neutral" : node.tone
    }

    NodeDetail {
        id: node
        cluster: App.cluster
        name: page.name
    }
    ObjectActions {
        id: more
        detail: node
    }
    Action {
        id: drain
        text: qsTr("Drain")
        icon.name: "download"
        icon.color: Theme.error
        enabled: !node.operation.running
        onTriggered: draining.open()
    }
    DrainDialog {
        id: draining
        node: node
    }

    DetailTabs {
        anchors.fill: parent
        tabs: [
            { title: qsTr("Overview"), content: overview },
            { title: qsTr("Pods"), content: pods },
            { title: qsTr("Events"), content: events },
            { title: qsTr("Images"), content: images, hidden: node.images.count === 0 },
            { title: qsTr("YAML"), content: yaml }
        ]
    }

    // Qt 6.4's Loader makes no bound components: what these read of the page, the linter cannot see.
    // qmllint disable unqualified
    Component {
        id: overview
        ScrollColumn {
            DrainProgress {
                operation: node.operation
                Layout.fillWidth: true
            }
            MetricsCard {
                node: page.name
                Layout.fillWidth: true
            }
            NodeCapacity {
                model: node.capacity
                Layout.fillWidth: true
            }
            ConditionsCard {
                model: node.conditions
                Layout.fillWidth: true
            }
            FactsCard {
                title: qsTr("Taints")
                visible: node.taints.count > 0
                model: node.taints
                Layout.fillWidth: true
            }
            FactsCard {
                title: qsTr("Details")
                model: node.facts
                Layout.fillWidth: true
            }
        }
    }
    Component {
        id: pods
        ResourceList {
            kindKey: "pods"
            namespaceName: ""
            fieldSelector: "spec.nodeName=" + page.name
            emptyTitle: qsTr("No pods on this node")
            onActivated: (namespaceName, name) => App.navigator.openObject("pods", namespaceName, name)
        }
    }
    Component {
        id: events
        EventRows {
            cluster: App.cluster
            namespaceName: ""
            kind: "Node"
            name: page.name
        }
    }
    Component {
        id: images
        ScrollColumn {
            FactsCard {
                model: node.images
                Layout.fillWidth: true
            }
        }
    }
    Component {
        id: yaml
        YamlView {
            text: node.yaml
        }
    }
}
