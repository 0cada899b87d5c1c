import QtQuick
import Coracle
import Coracle.Theme

/// The storage of applications.
ViewPage {
    title: qsTr("Claims and volumes")
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
        emptyIcon: "storage"
        kinds: [
            { key: "persistentvolumeclaims", title: qsTr("Claims"), template: "PersistentVolumeClaim" },
            { key: "persistentvolumes", title: qsTr("Volumes"), template: "" },
            { key: "storageclasses.storage.k8s.io", title: qsTr("Classes"), template: "" }
        ]
    }
}
