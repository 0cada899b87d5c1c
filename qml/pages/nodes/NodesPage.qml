pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls
import QtQuick.Layouts
import Coracle
import Coracle.Theme

/// The machines of the cluster, each with what it uses now.
ViewPage {
    id: page

    title: qsTr("Nodes")
    viewState: nodes.state
    errorText: nodes.errorText
    onRetry: nodes.retry()
    actions: Action {
        text: qsTr("Join another machine")
        icon.name: "add"
        onTriggered: join.open()
    }

    NodeList {
        id: nodes
        cluster: App.cluster
    }

    ListView {
        id: list
        anchors.fill: parent
        anchors.leftMargin: Theme.spaceL
        anchors.rightMargin: Theme.spaceL
        visible: nodes.count > 0
        clip: true
        model: nodes
        spacing: Theme.spaceM
        bottomMargin: Theme.spaceL
        activeFocusOnTab: true
        keyNavigationEnabled: true
        highlightMoveDuration: 0
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: page.title
        Keys.onReturnPressed: (currentItem as NodeCard)?.clicked()
        Keys.onSpacePressed: (currentItem as NodeCard)?.clicked()
        delegate: NodeCard {
            width: ListView.view.width
            highlighted: list.activeFocus && ListView.isCurrentItem
            onClicked: App.navigator.open("node", {name: key})
        }
        ScrollBar.vertical: ScrollBar {}
    }
    EmptyState {
        anchors.fill: parent
        visible: nodes.count === 0
        icon: "node"
        title: qsTr("No nodes")
        text: qsTr("This cluster has no machine yet that runs pods.")
    }
    JoinDialog { id: join }
}
