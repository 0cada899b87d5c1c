import QtQuick
import QtQuick.Controls
import Coracle
import Coracle.Theme

/// The events of one object, the newest first.
Item {
    id: root

    required property Cluster cluster
    required property string namespaceName
    required property string kind
    required property string name

    EventList {
        id: events
        cluster: root.cluster
        namespaceName: root.namespaceName
        kind: root.kind
        name: root.name
    }

    ListView {
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceS
        anchors.rightMargin: Theme.spaceS
        clip: true
        model: events
        reuseItems: true
        activeFocusOnTab: true
        keyNavigationEnabled: true
        boundsBehavior: Flickable.StopAtBounds
        delegate: EventRowItem {
            width: ListView.view.width
        }
        ScrollBar.vertical: ScrollBar {}
    }
    EmptyState {
        anchors.fill: parent
        visible: events.state === ViewState.Empty
        icon: "event"
        title: qsTr("No events")
        text: qsTr("Nothing was reported of it in the last hour.")
    }
    ErrorState {
        anchors.fill: parent
        visible: events.state === ViewState.Error
        what: qsTr("Events cannot be shown")
        why: events.errorText
        canRetry: false
    }
    LoadingState {
        anchors.fill: parent
        visible: events.state === ViewState.Loading
    }
}
