import QtQuick
import Coracle

/// Roles, who has them, and who may do what.
ViewPage {
    id: page

    title: qsTr("Users and roles")
    extras: NamespacePicker {}
    actions: [create]

    CreateAction {
        id: create
        kindKey: "roles.rbac.authorization.k8s.io"
        text: qsTr("New role")
        onTriggered: App.navigator.open("yaml", { initialText: Templates.text("Role") })
    }

    DetailTabs {
        anchors.fill: parent
        tabs: [
            { title: qsTr("Who can"), content: whoCan },
            { title: qsTr("Roles and bindings"), content: lists }
        ]
    }
    Component {
        id: whoCan
        WhoCanView {}
    }
    Component {
        id: lists
        KindTabs {
            emptyIcon: "role"
            kinds: [
                { key: "clusterroles.rbac.authorization.k8s.io", title: qsTr("Cluster roles") },
                { key: "clusterrolebindings.rbac.authorization.k8s.io", title: qsTr("Cluster bindings") },
                { key: "roles.rbac.authorization.k8s.io", title: qsTr("Roles") },
                { key: "rolebindings.rbac.authorization.k8s.io", title: qsTr("Bindings") },
                { key: "serviceaccounts", title: qsTr("Service accounts") }
            ]
        }
    }
}
