import QtQuick
import QtQuick.Controls
import Coracle

/// An object of any kind that has no page of its own.
ViewPage {
    id: page

    required property string kindKey
    required property string namespaceName
    required property string name

    title: name
    subtitle: namespaceName !== "" ? qsTr("%1 in %2").arg(viewed.kind).arg(namespaceName) : viewed.kind
    viewState: viewed.state
    errorText: viewed.gone ? qsTr("It has been deleted.") : viewed.errorText
    actions: viewed.expandable ? [edit, expand, ...Array.from(more.actions)] : [edit, ...Array.from(more.actions)]
    onRetry: viewed.retry()
    extras: StatusChip {
        visible: text !== ""
        text: viewed.gone ? qsTr("Deleted") : viewed.deleting ? qsTr("Is being deleted") : ""
        tone: "neutral"
    }

    ResourceDetail {
        id: viewed
        cluster: App.cluster
        kindKey: page.kindKey
        namespaceName: page.namespaceName
        name: page.name
    }
    ObjectActions {
        id: more
        detail: viewed
    }
    Action {
        id: edit
        text: qsTr("Edit YAML")
        icon.name: "edit"
        onTriggered: App.navigator.open("yaml", { kindKey: page.kindKey, namespaceName: page.namespaceName,
                                                  name: page.name })
    }
    RightAction {
        id: expand
        reason: viewed.rights.revision >= 0 ? viewed.rights.refusal("patch", page.kindKey, page.name) : ""
        text: qsTr("Expand")
        icon.name: "expand"
        onTriggered: expansion.open()
    }
    ExpandDialog {
        id: expansion
        name: page.name
        present: viewed.requestedSize
        onConfirmed: (size) => viewed.expandTo(size)
    }

    DetailTabs {
        anchors.fill: parent
        tabs: [
            { title: qsTr("Keys"), content: keys, hidden: !viewed.data.applies },
            { title: qsTr("Overview"), content: overview },
            { title: viewed.related.title, content: related, hidden: viewed.related.title === "" },
            { title: qsTr("Pods"), content: pods, hidden: viewed.podSelector === "" },
            { title: qsTr("Events"), content: events },
            { title: qsTr("YAML"), content: yaml }
        ]
    }

    // Qt 6.4's Loader makes no bound components: what these read of the page, the linter cannot see.
    // qmllint disable unqualified
    Component {
        id: keys
        DataKeyList {
            keys: viewed.data
            allowed: viewed.rights.revision >= 0 && viewed.rights.may("patch", page.kindKey, page.name)
        }
    }
    Component {
        id: overview
        ObjectOverview {
            detail: viewed
        }
    }
    Component {
        id: related
        RelatedRows {
            related: viewed.related
        }
    }
    Component {
        id: pods
        ResourceList {
            kindKey: "pods"
            namespaceName: page.namespaceName
            labelSelector: viewed.podSelector
            emptyIcon: "pod"
            emptyTitle: qsTr("It selects no pods")
            onActivated: (namespaceName, name) => App.navigator.openObject("pods", namespaceName, name)
        }
    }
    Component {
        id: events
        EventRows {
            cluster: App.cluster
            namespaceName: page.namespaceName
            kind: viewed.kind
            name: page.name
        }
    }
    Component {
        id: yaml
        YamlView {
            // Of a Secret only who edits it sees the values.
            text: page.kindKey === "secrets" ? viewed.maskedYaml : viewed.yaml
        }
    }
}
