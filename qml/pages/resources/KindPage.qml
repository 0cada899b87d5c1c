import QtQuick
import Coracle
import Coracle.Theme

/// The objects of one kind, whichever it is.
ViewPage {
    id: page

    property string kindKey: "configmaps"
    property string kind: "ConfigMap"
    property string apiVersion: "v1"

    title: kind
    subtitle: kindKey
    extras: NamespacePicker {}
    actions: [create]

    CreateAction {
        id: create
        kindKey: page.kindKey
        onTriggered: App.navigator.open("yaml", { initialText: Templates.bare(page.apiVersion, page.kind) })
    }
    ResourceList {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        anchors.bottomMargin: Theme.spaceS
        kindKey: page.kindKey
        onActivated: (namespaceName, name) => App.navigator.openObject(page.kindKey, namespaceName, name)
    }
}
