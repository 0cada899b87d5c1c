import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// Roles, who has them, and who may do what.
ViewPage {
    id: page

    title: qsTr("Users and roles")
    extras: NamespacePicker {}
    actions: [create]

    Action {
        id: create
        text: qsTr("New role")
        icon.name: "add"
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
