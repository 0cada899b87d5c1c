pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// What can be done to an object, as actions for a page's head, with the dialogs that some of them need.
Item {
    id: root

    required property ObjectDetail detail
    /// Actions that the page offers in its own way.
    property list<string> without: ["rollback"]
    property list<Action> actions
    /// Whose deletion can leave its pods alone.
    readonly property bool ownsPods: detail.kindKey !== "pods"

    function ask(id: string) {
        if (id === "delete")
            deletion.open()
        else if (id === "scale")
            scaling.open()
        else
            run(id, undefined)
    }

    function run(id: string, argument: var) {
        Actions.run(id, detail.cluster, detail.kindKey, detail.namespaceName, detail.name, argument)
    }

    function collect() {
        const found = []
        for (let i = 0; i < offered.count; ++i) {
            const action = offered.objectAt(i) as Action
            if (action && !without.includes(action.objectName))
                found.push(action)
        }
        actions = found
    }

    visible: false

    Instantiator {
        id: offered

        model: root.detail.actions
        delegate: RightAction {
            required property string key
            required property string title
            required property bool danger
            required property var model

            objectName: key
            text: title
            icon.name: model.icon
            reason: model.reason
            icon.color: danger ? Theme.error : "transparent"
            onTriggered: root.ask(key)
        }
        onObjectAdded: soon.restart()
        onObjectRemoved: soon.restart()
    }
    // Once for all that come and go together.
    Timer {
        id: soon
        interval: 0
        onTriggered: root.collect()
    }

    DeleteDialog {
        id: deletion
        kind: root.detail.kind
        name: root.detail.name
        namespaceName: root.detail.namespaceName
        ownsPods: root.ownsPods
        production: root.detail.cluster !== null && root.detail.cluster.production
        onConfirmed: (propagation) => root.run("delete", propagation)
    }
    ScaleDialog {
        id: scaling
        workload: root.detail as Workload
        onConfirmed: (replicas) => root.run("scale", replicas)
    }
}
