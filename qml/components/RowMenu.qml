pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// What can be done at once to an object of a list: look into it, and the actions of its kind.
Item {
    id: root

    required property string kindKey
    readonly property bool isPod: kindKey === "pods"
    /// What the menu offers now.
    readonly property list<Action> entries: [open, ...(hasLog ? [log] : []), ...(isPod ? [terminal] : []),
                                             ...Array.from(more.actions), edit]
    readonly property bool hasLog: isPod || shown.podSelector !== ""
    readonly property string where: shown.namespaceName
    readonly property string name: shown.name

    function show(namespaceName: string, name: string, anchor: Item) {
        shown.name = ""
        shown.kindKey = kindKey
        shown.namespaceName = namespaceName
        shown.name = name
        if (anchor.width > Theme.target * 2)
            return menu.popup()
        // Not with the anchor as its parent: rows come, go and are used again.
        const below = anchor.mapToItem(root.parent, 0, anchor.height)
        menu.popup(root.parent, anchor.LayoutMirroring.enabled ? below.x : below.x + anchor.width - menu.width, below.y)
    }

    visible: false

    Workload {
        id: shown
        cluster: App.cluster
    }
    ObjectActions {
        id: more
        detail: shown
    }
    Action {
        id: open
        text: qsTr("Open")
        icon.name: "forward"
        onTriggered: App.navigator.openObject(root.kindKey, root.where, root.name)
    }
    RightAction {
        id: log
        text: qsTr("Log")
        icon.name: "log"
        reason: shown.rights.revision >= 0 ? shown.rights.refusal("get", "pods/log") : ""
        onTriggered: App.navigator.open("logs", root.isPod
            ? { namespaceName: root.where, subject: root.name, podName: root.name }
            : { namespaceName: root.where, subject: root.name, podSelector: shown.podSelector })
    }
    RightAction {
        id: terminal
        text: qsTr("Terminal")
        icon.name: "terminal"
        reason: shown.rights.revision >= 0 ? shown.rights.refusal("create", "pods/exec") : ""
        onTriggered: App.navigator.open("terminal", { namespaceName: root.where, podName: root.name })
    }
    Action {
        id: edit
        text: qsTr("Edit YAML")
        icon.name: "edit"
        onTriggered: App.navigator.open("yaml", { kindKey: root.kindKey, namespaceName: root.where, name: root.name })
    }
    Menu {
        id: menu

        Instantiator {
            model: root.entries.length
            delegate: MenuItem {
                required property int index
                action: root.entries[index] ?? null
            }
            onObjectAdded: (index, object) => menu.insertItem(index, object as Item)
            onObjectRemoved: (index, object) => menu.removeItem(object as Item)
        }
    }
}
