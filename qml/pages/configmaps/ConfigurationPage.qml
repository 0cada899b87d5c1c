import QtQuick
import Coracle
import Coracle.Theme

/// What applications are told: ConfigMaps and Secrets.
ViewPage {
    title: qsTr("Configuration")
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
        emptyIcon: "configmap"
        kinds: [
            { key: "configmaps", title: qsTr("ConfigMaps"), template: "ConfigMap" },
            { key: "secrets", title: qsTr("Secrets"), template: "Secret" }
        ]
    }
}
