import QtQuick
import QtQuick.Controls
import Coracle

/// A Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob.
ViewPage {
    id: page

    required property string kindKey
    required property string namespaceName
    required property string name

    title: name
    subtitle: qsTr("%1 in %2").arg(shown.kind).arg(namespaceName)
    viewState: shown.state
    errorText: shown.gone ? qsTr("It has been deleted.") : shown.errorText
    actions: [logs, ...Array.from(more.actions), forward, edit]
    onRetry: shown.retry()
    extras: StatusChip {
        visible: text !== ""
        text: shown.gone ? qsTr("Deleted") : shown.statusText
        tone: shown.gone ? "neutral" : shown.tone
    }

    Workload {
        id: shown
        cluster: App.cluster
        kindKey: page.kindKey
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
        possible: shown.podSelector !== ""
        reason: shown.rights.revision >= 0 ? shown.rights.refusal("get", "pods/log") : ""
        onTriggered: App.navigator.open("logs", { namespaceName: page.namespaceName, subject: page.name,
                                                  podSelector: shown.podSelector })
    }
    RightAction {
        id: forward
        text: qsTr("Forward a port")
        icon.name: "connection"
        possible: shown.podSelector !== ""
        reason: shown.rights.revision >= 0 ? shown.rights.refusal("create", "pods/portforward") : ""
        onTriggered: forwarding.open()
    }
    ForwardDialog {
        id: forwarding
        namespaceName: page.namespaceName
        subject: page.name
        podSelector: shown.podSelector
        ports: shown.ports
    }
    Action {
        id: edit
        text: qsTr("Edit YAML")
        icon.name: "edit"
        enabled: App.pages.has("yaml")
        onTriggered: App.navigator.open("yaml", { kindKey: page.kindKey, namespaceName: page.namespaceName,
                                                  name: page.name })
    }

    DetailTabs {
        anchors.fill: parent
        tabs: [
            { title: qsTr("Overview"), content: overview },
            { title: qsTr("Pods"), content: pods, hidden: shown.podSelector === "" },
            { title: qsTr("Jobs"), content: jobs, hidden: page.kindKey !== "cronjobs.batch" },
            { title: qsTr("Events"), content: events },
            { title: qsTr("Revisions"), content: revisions, hidden: !shown.hasRevisions },
            { title: qsTr("YAML"), content: yaml }
        ]
    }

    // Qt 6.4's Loader makes no bound components: what these read of the page, the linter cannot see.
    // qmllint disable unqualified
    Component {
        id: overview
        WorkloadOverview {
            workload: shown
            onScaleRequested: more.ask("scale")
            onOwnerRequested: App.navigator.open("workload", { kindKey: shown.ownerKindKey,
                namespaceName: page.namespaceName, name: shown.ownerName })
        }
    }
    Component {
        id: pods
        ResourceList {
            kindKey: "pods"
            namespaceName: page.namespaceName
            labelSelector: shown.podSelector
            emptyIcon: "pod"
            emptyTitle: qsTr("It has no pods")
            emptyText: shown.progressText
            onActivated: (namespaceName, name) => App.navigator.open("pod", { namespaceName: namespaceName,
                                                                              name: name })
        }
    }
    Component {
        id: jobs
        CronJobJobs {
            cronJob: shown
        }
    }
    Component {
        id: events
        EventRows {
            cluster: App.cluster
            namespaceName: page.namespaceName
            kind: shown.kind
            name: page.name
        }
    }
    Component {
        id: revisions
        RevisionRows {
            workload: shown
            onRollBackRequested: (key) => more.run("rollback", key)
        }
    }
    Component {
        id: yaml
        YamlView {
            text: shown.yaml
        }
    }
}
