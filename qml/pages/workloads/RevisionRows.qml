pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The revisions of a workload, and what going back to one changes.
Item {
    id: root

    required property Workload workload

    readonly property bool allowed: workload.rights.revision >= 0
                                    && workload.rights.may("patch", workload.kindKey, workload.name)

    signal rollBackRequested(key: string)

    RevisionList {
        id: revisions
        cluster: root.workload.cluster
        kindKey: root.workload.kindKey
        namespaceName: root.workload.namespaceName
        podSelector: root.workload.podSelector
        ownerUid: root.workload.uid
    }

    ListView {
        anchors.fill: parent
        clip: true
        model: revisions
        spacing: Theme.spaceS
        boundsBehavior: Flickable.StopAtBounds
        delegate: Card {
            id: card

            required property string key
            required property int revision
            required property bool current
            required property date created
            required property string images
            required property string cause
            required property string difference
            property bool expanded: false

            width: ListView.view.width
            title: qsTr("Revision %1").arg(revision)
            subtitle: Format.joined([Format.dateTime(created), images, cause])
            actions: [
                StatusChip {
                    visible: card.current
                    text: qsTr("Current")
                    tone: "ok"
                },
                Button {
                    visible: !card.current
                    flat: true
                    text: card.expanded ? qsTr("Hide changes") : qsTr("Show changes")
                    onClicked: card.expanded = !card.expanded
                },
                Button {
                    visible: !card.current
                    text: qsTr("Roll back")
                    icon.name: "undo"
                    enabled: root.allowed
                    onClicked: root.rollBackRequested(card.key)
                }
            ]

            DiffView {
                visible: card.expanded
                text: card.difference
                emptyText: qsTr("The pods would be the same.")
                Layout.fillWidth: true
            }
        }
        ScrollBar.vertical: ScrollBar {}
    }
    EmptyState {
        anchors.fill: parent
        visible: revisions.count === 0 && revisions.state === ViewState.Empty
        icon: "undo"
        title: qsTr("No revisions yet")
    }
    LoadingState {
        anchors.fill: parent
        visible: revisions.state === ViewState.Loading
    }
}
