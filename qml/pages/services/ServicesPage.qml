import QtQuick
import Coracle
import Coracle.Theme

/// How what runs in the cluster is reached.
ViewPage {
    title: qsTr("Services and ingress")
    extras: NamespacePicker {}
    actions: [create]

    CreateAction {
        id: create
        kindKey: tabs.kindKey
        onTriggered: App.navigator.open("yaml", { initialText: Templates.text(tabs.template) })
    }
    KindTabs {
        id: tabs
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        emptyIcon: "service"
        kinds: [
            { key: "services", title: qsTr("Services"), template: "Service" },
            { key: "ingresses.networking.k8s.io", title: qsTr("Ingresses"), template: "Ingress" }
        ]
    }
}
