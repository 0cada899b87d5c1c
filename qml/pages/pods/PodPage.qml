import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle

/// A pod: its containers, what they are given, and what can be done with it.
ViewPage {
    id: page

    required property string namespaceName
    required property string name

    title: name
    subtitle: qsTr("Pod in %1").arg(namespaceName)
    viewState: shown.state
    errorText: shown.gone ? qsTr("It has been deleted.") : shown.errorText
    actions: [logs, terminal, forward, ...Array.from(more.actions), edit]
    onRetry: shown.retry()
    extras: StatusChip {
        visible: text !== ""
        text: shown.gone ? qsTr("Deleted") : shown.statusText
        tone: shown.gone ? "neutral" : shown.tone
    }

    function openLog(container: string, previous: bool) {
        App.navigator.open("logs", { namespaceName: page.namespaceName, subject: page.name, podName: page.name,
                                     container: container, previous: previous })
    }
    function openTerminal(container: string) {
        App.navigator.open("terminal", { namespaceName: page.namespaceName, podName: page.name, container: container })
    }

    PodDetail {
        id: shown
        cluster: App.cluster
        namespaceName: page.namespaceName
        name: page.name
    }
    ObjectActions {
        id: more
        detail: shown
    }
    RightAction {
        id: logs
        text: qsTr("Log")
        icon.name: "log"
        reason: shown.rights.revision >= 0 ? shown.rights.refusal("get", "pods/log", page.name) : ""
        onTriggered: page.openLog("", false)
    }
    RightAction {
        id: terminal
        text: qsTr("Terminal")
        icon.name: "terminal"
        possible: shown.runningContainers.length > 0
        reason: shown.rights.revision >= 0 ? shown.rights.refusal("create", "pods/exec", page.name) : ""
        onTriggered: page.openTerminal("")
    }
    RightAction {
        id: forward
        text: qsTr("Forward a port")
        icon.name: "connection"
        possible: shown.runningContainers.length > 0
        reason: shown.rights.revision >= 0 ? shown.rights.refusal("create", "pods/portforward", page.name) : ""
        onTriggered: forwarding.open()
    }
    Action {
        id: edit
        text: qsTr("Edit YAML")
        icon.name: "edit"
        enabled: App.pages.has("yaml")
        onTriggered: App.navigator.open("yaml", { kindKey: "pods", namespaceName: page.namespaceName, name: page.name })
    }
    ForwardDialog {
        id: forwarding
        namespaceName: page.namespaceName
        subject: page.name
        podName: page.name
        ports: shown.ports
    }

    DetailTabs {
        anchors.fill: parent
        tabs: [
            { title: qsTr("Containers"), content: containers },
            { title: qsTr("Details"), content: details },
            { title: qsTr("Environment"), content: environment },
            { title: qsTr("Volumes"), content: volumes },
            { title: qsTr("Events"), content: events },
            { title: qsTr("YAML"), content: yaml }
        ]
    }

    // Qt 6.4's Loader makes no bound components: what these read of the page, the linter cannot see.
    // qmllint disable unqualified
    Component {
        id: containers
        ScrollColumn {
            Banner {
                visible: shown.message !== ""
                tone: "warning"
                text: shown.message
                Layout.fillWidth: true
            }
            Repeater {
                model: shown.containers
                delegate: ContainerCard {
                    onLogRequested: (previous) => page.openLog(key, previous)
                    onTerminalRequested: page.openTerminal(key)
                }
            }
        }
    }
    Component {
        id: details
        PodFacts {
            pod: shown
        }
    }
    Component {
        id: environment
        EnvironmentList {
            model: shown.environment
        }
    }
    Component {
        id: volumes
        VolumeList {
            model: shown.volumes
        }
    }
    Component {
        id: events
        EventRows {
            cluster: App.cluster
            namespaceName: page.namespaceName
            kind: "Pod"
            name: page.name
        }
    }
    Component {
        id: yaml
        YamlView {
            text: shown.yaml
        }
    }
}
