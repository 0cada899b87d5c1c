import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// "Who can delete pods in this namespace?"
ColumnLayout {
    id: root

    spacing: Theme.spaceM

    function ask() {
        who.ask(verb.editText, resource.editText, App.cluster ? App.cluster.namespaceName : "")
    }

    WhoCan {
        id: who
        cluster: App.cluster
    }

    GridLayout {
        columns: Theme.compact ? 2 : 4
        columnSpacing: Theme.spaceS
        rowSpacing: Theme.spaceS
        Layout.fillWidth: true

        ComboBox {
            id: verb
            editable: true
            model: ["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "impersonate",
                    "bind", "escalate"]
            Accessible.name: qsTr("Verb")
            Layout.preferredWidth: Math.round(180 * Theme.growth)
        }
        ComboBox {
            id: resource
            editable: true
            model: ["pods", "pods/exec", "pods/log", "secrets", "configmaps", "services", "deployments.apps", "nodes",
                    "persistentvolumeclaims", "clusterroles.rbac.authorization.k8s.io"]
            Accessible.name: qsTr("Resource")
            Layout.fillWidth: true
            Layout.maximumWidth: Math.round(420 * Theme.growth)
        }
        Button {
            text: qsTr("Who can?")
            icon.name: "search"
            highlighted: true
            onClicked: root.ask()
        }
        Item {
            visible: !Theme.compact
            Layout.fillWidth: true
        }
    }
    RowLayout {
        visible: who.question !== ""
        spacing: Theme.spaceM
        Layout.fillWidth: true

        SectionHeader {
            text: who.question
            Layout.fillWidth: true
        }
        StatusChip {
            visible: who.ownAnswer !== ""
            text: who.ownAnswer
            tone: who.allowed ? "ok" : "neutral"
        }
    }
    ListView {
        visible: who.state === ViewState.Ready && who.question !== ""
        clip: true
        model: who
        reuseItems: true
        activeFocusOnTab: true
        keyNavigationEnabled: true
        highlightMoveDuration: 0
        boundsBehavior: Flickable.StopAtBounds
        Layout.fillWidth: true
        Layout.fillHeight: true
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Who can")
        Keys.onReturnPressed: (currentItem as ListRow)?.clicked()
        ScrollBar.vertical: ScrollBar {}

        delegate: ListRow {
            required property string subject
            required property string by
            required property string bindingKindKey
            required property string bindingNamespace
            required property string binding

            width: ListView.view.width
            iconName: "user"
            title: subject
            subtitle: by
            chevron: true
            highlighted: ListView.isCurrentItem && ListView.view.activeFocus
            onClicked: App.navigator.openObject(bindingKindKey, bindingNamespace, binding)
        }
    }
    EmptyState {
        visible: who.question === "" || who.state === ViewState.Empty
        icon: "access"
        title: who.question === "" ? qsTr("Choose a verb and a resource") : qsTr("Nobody")
        text: who.question === "" ? qsTr("The question is about the namespace that is chosen above.")
                                  : qsTr("No role allows it. Members of system:masters may do everything.")
        Layout.fillWidth: true
        Layout.fillHeight: true
    }
    ErrorState {
        visible: who.state === ViewState.Error
        what: qsTr("The roles cannot be read")
        why: who.errorText
        onRetry: root.ask()
        Layout.fillWidth: true
        Layout.fillHeight: true
    }
    LoadingState {
        visible: who.state === ViewState.Loading
        Layout.fillWidth: true
        Layout.fillHeight: true
    }
}
